// The texts of one face, for its scripts. No human-visible text stands in JavaScript: the server puts
// {msgid: text | [plural forms]} into <script type="application/json" id="texts">.

const ORDER = ["zero", "one", "two", "few", "many", "other"];

/** Parse a JSON data block of the page; `fallback` when it is missing. */
export function readJson(id, fallback = {}) {
  const node = document.getElementById(id);
  return node ? JSON.parse(node.textContent) : fallback;
}

/** The form for `n`: gettext lists the forms in the order of the plural categories. */
export function pluralForm(forms, n, language) {
  const rules = new Intl.PluralRules(language);
  const used = ORDER.filter((category) => rules.resolvedOptions().pluralCategories.includes(category));
  const index = used.indexOf(rules.select(n));
  return forms[Math.min(Math.max(index, 0), forms.length - 1)];
}

/** The locale in which a language writes dates: here English has days before months, and 24 hours. */
export function localeOf(language) {
  return { en: "en-GB" }[language] ?? language;
}

function fill(text, params) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => (name in params ? String(params[name]) : hole));
}

/**
 * Make `t(key, params)` over a catalogue. A missing key comes back as itself: visible, never empty.
 * A text with plural forms is chosen by `params.n`.
 */
export function makeTexts(catalogue, language) {
  return function t(key, params = {}) {
    const entry = catalogue[key];
    if (entry === undefined) return key;
    const text = Array.isArray(entry) ? pluralForm(entry, Number(params.n ?? 1), language) : entry;
    return fill(text, params);
  };
}

/** `t` of this page: its texts, its language. */
export function pageTexts() {
  return makeTexts(readJson("texts"), document.documentElement.lang || "de");
}
