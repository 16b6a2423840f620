// What the form itself says. What there is to say about a case comes from the evaluator.

export const WORDS = {
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },
  unknown: { zh: "暂不清楚", en: "Not known yet" },
  none: { zh: "以上都没有", en: "None of these" },
  choose: { zh: "请选择", en: "Choose" },
  back: { zh: "撤回", en: "Take back" },
  undo: { zh: "撤销清空", en: "Undo clearing" },
  asOf: { zh: "评价日", en: "As of" },
  silent: { zh: "本规划对该对象没有可评价的条款。", en: "The plan has no rule about this subject." },
  all: { zh: "勾选全部符合的项", en: "Tick all that apply" },
  year: { zh: "年份（可不填）", en: "Year (optional)" },
  general: { zh: "基本情况", en: "About the case" },
  judgement: { zh: "须人工判断", en: "a person's judgement" },
  assigned: { zh: "上级下达或认定", en: "set by a higher authority" },
  next: { zh: "下一步", en: "Next" },
  unneeded: { zh: "无须填写", en: "Not needed" },
  shared: { zh: "已统一给定：", en: "Given for all cases: " },
  questions: { zh: "填报内容", en: "Facts" },
  findings: { zh: "结论", en: "Findings" },
  why: { zh: "依据和说明", en: "Why, and notes" },
  notApplicable: { zh: "不适用", en: "Not applicable" },
  settled: { zh: "结论已定，无须再填写。", en: "All is settled: nothing more is needed." },
  open: { zh: "其余结论取决于暂不清楚的信息。", en: "What is still open depends on what is not known yet." },
  refused: { zh: "填写有误，未计入，请更正或清空：", en: "Not counted, please correct or clear:" },
  refusedValue: { zh: "填写有误，未计入", en: "refused, not counted" },
  print: { zh: "打印记录", en: "Print a record" },
  clear: { zh: "清空", en: "Clear" },
  loading: { zh: "正在加载……", en: "Loading …" },
  failed: { zh: "无法加载：", en: "Could not be loaded: " },
  holds: { zh: "成立", en: "holds" },
  fails: { zh: "不成立", en: "does not hold" },
  undecided: { zh: "尚不能判断", en: "open" },
  notReached: { zh: "不再判断", en: "not reached" },
  record: { zh: "评价记录", en: "Record of assessment" },
  recordFact: { zh: "填报项", en: "Fact" },
  recordValue: { zh: "填写值", en: "Value" },
  blank: { zh: "未填", en: "not given" },
  plan: { zh: "规划", en: "Plan" },
  hash: { zh: "规划内容校验值（SHA-256）", en: "Hash of the plan's content (SHA-256)" },
  engine: { zh: "评价程序", en: "Evaluator" },
  signature: { zh: "填写人：＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿", en: "Filled in by: ________________   Date: ________________" },
  advice: { zh: "本记录陈述规划文本的要求与所填情况的关系，不构成法律意见。", en: "This record states facts about the plan's text and the case; it is not legal advice." },
};

/** The range of a number, if it has one. `units` is its unit as people write it, in both languages. */
export function range({ min, max }, units) {
  if (min === null && max === null) return null;
  const said = (lang, [from, to, between]) => {
    const unit = units[lang] === "%" || units[lang] === "" ? units[lang] : ` ${units[lang]}`;
    return (max === null ? from : min === null ? to : between) + unit;
  };
  return {
    zh: said("zh", [`可填范围：不小于 ${min}`, `可填范围：不大于 ${max}`, `可填范围：${min} 至 ${max}`]),
    en: said("en", [`Range: at least ${min}`, `Range: at most ${max}`, `Range: ${min} to ${max}`]),
  };
}
