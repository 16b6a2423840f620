// Questions under a heading. Where no outcome waits for any of them, the group folds, and can be opened all the same.
import { el } from "./dom.js";
import { WORDS } from "./words.js";

export class Group {
  #mark;
  #kept = null;

  constructor(title, fields, texts) {
    this.fields = fields;
    this.#mark = el("span", { class: "mark", hidden: true }, texts.node(WORDS.unneeded));
    const summary = el("summary", {}, el("h3", {}, texts.node(title)), this.#mark);
    this.element = el("details", { class: "group", open: true }, summary, ...fields.map((field) => field.element));
    // What a person opened or closed stays so.
    summary.addEventListener("click", () => (this.#kept = !this.element.open));
    this.element.addEventListener("focusout", () => queueMicrotask(() => this.fold()));
  }

  fold() {
    const needed = this.fields.some((field) => field.needed);
    this.#mark.hidden = needed;
    // Not under the hands of somebody who is typing.
    if (!needed && this.element.matches(":focus-within")) return;
    this.element.open = this.#kept ?? needed;
  }

  unfold() {
    this.#kept = true;
    this.element.open = true;
  }
}
