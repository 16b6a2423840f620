// What every page has: its places, and the language of all that is on it.

const PAGES = [
  ["index.html", { zh: "指标", en: "Indicators" }],
  ["sewage-plant.html", { zh: "污水处理厂", en: "Sewage plant" }],
  ["two-high.html", { zh: "“两高”项目", en: "Two-high project" }],
  ["subject.html", { zh: "其他对象", en: "Any subject" }],
  ["own-plan.html", { zh: "自定义规划", en: "Your own plan" }],
];

const listeners = [];
const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
let language = /^zh/i.test(asked) ? "zh" : "en";

export const lang = () => language;
export const pick = (text) => text[language];

/** Calls `work` now and whenever the language changes. */
export function inLanguage(work) {
  listeners.push(work);
  work();
}

export function option(value, text) {
  const element = document.createElement("option");
  element.value = value;
  element.textContent = text;
  return element;
}

function speak(to) {
  language = to;
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.dataset[to];
  document.title = `${document.querySelector("h1").textContent} · ecoplan`;
  for (const form of document.querySelectorAll("ecoplan-form")) form.lang = to;
  header();
  for (const work of listeners) work();
}

function header() {
  const here = location.pathname.split("/").pop() || "index.html";
  const links = PAGES.map(([file, title]) => {
    const link = document.createElement("a");
    link.href = `${file}?lang=${language}`;
    link.textContent = pick(title);
    if (file === here) link.setAttribute("aria-current", "page");
    return link;
  });
  const nav = document.createElement("nav");
  nav.setAttribute("aria-label", pick({ zh: "页面", en: "Pages" }));
  nav.append(...links);
  const other = document.createElement("button");
  other.type = "button";
  other.lang = language === "zh" ? "en" : "zh-CN";
  other.textContent = pick({ zh: "English", en: "中文" });
  other.addEventListener("click", () => {
    speak(language === "zh" ? "en" : "zh");
    document.querySelector("header button").focus();
  });
  document.querySelector("header").replaceChildren(nav, other);
}

// A form can change its language itself: then all of the page follows.
const observer = new MutationObserver(([{ target }]) => {
  if (target.lang !== language) speak(target.lang);
});
for (const form of document.querySelectorAll("ecoplan-form")) observer.observe(form, { attributeFilter: ["lang"] });
speak(language);
