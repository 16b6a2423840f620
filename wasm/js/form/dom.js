// Elements and texts. Whatever a plan or a person says only ever becomes a text node or an attribute: never markup.

/** An element. An attribute that is `false`, `null` or `undefined` is left out. */
export function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text in whose English the Chinese is marked as such, as a screen reader changes its voice. */
export function spoken(text, lang) {
  if (lang === "zh") return [text];
  const parts = text.split(/(\p{Script=Han}(?:.*\p{Script=Han})?)/su);
  return parts.map((part, i) => (i % 2 === 1 ? el("span", { lang: "zh-CN" }, part) : part));
}

/** With a capital, as the start of a label: but pH stays pH. */
export function sentence(text) {
  return /^[a-z](?![A-Z])/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** Texts that follow the language, so that nothing has to be built anew, and nothing typed is lost, when it changes. */
export class Texts {
  #lang;
  #shown = [];

  constructor(lang) {
    this.#lang = lang;
  }

  get lang() {
    return this.#lang;
  }

  set lang(lang) {
    this.#lang = lang;
    for (const show of this.#shown) show();
  }

  pick(text) {
    return text[this.#lang];
  }

  /** A text node. `text` is a pair `{ zh, en }`. */
  node(text) {
    const node = document.createTextNode("");
    this.#follow(() => (node.data = this.pick(text)));
    return node;
  }

  /** An attribute of an element. */
  attribute(element, name, text) {
    this.#follow(() => element.setAttribute(name, this.pick(text)));
    return element;
  }

  #follow(show) {
    this.#shown.push(show);
    show();
  }
}
