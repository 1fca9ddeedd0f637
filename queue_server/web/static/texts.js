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

/** The locale in which a language writes dates: English with days before months, Arabic with the boards' digits. */
export function localeOf(language) {
  return { en: "en-GB", ar: "ar-u-nu-latn" }[language] ?? language;
}

const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

/** The way in which a language's lines run. The server says it by Unicode's data, which not every browser tells. */
export function directionOf(language) {
  return RIGHT_TO_LEFT.has(language.split("-")[0]) ? "rtl" : "ltr";
}

/** Keep a value together in a line that runs from right to left: "+49 3501 77" would read "77 3501 49+".
 *  A list ("09:00 · 09:30") is no such value: its first stands where the line begins. */
export function isolated(value) {
  return /[A-Za-z0-9]/.test(value) && !/[\u0590-\u08ff\ufb1d-\ufefc]|:\/\/|[ \u00a0]· /.test(value) ? `\u2068${value}\u2069` : value;
}

const CODE_MOST = 3;

function isCode(letters) {
  const count = [...letters].length;
  return count === 1 || (count <= CODE_MOST && letters === letters.toUpperCase() && letters !== letters.toLowerCase());
}

/** Whether "room" stands before a room's name: before "3" and "B 12", not before "Trausaal".
 *  The rule of `domain.phrases.needs_room_word`. */
export function needsRoomWord(room) {
  const runs = room.normalize("NFC").match(/\p{Nd}+|[\p{L}\p{M}]+/gu) ?? [];
  return runs.length > 0 && runs.every((run) => /^\p{Nd}/u.test(run) || isCode(run));
}

function fill(text, params, keep) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => (name in params ? keep(String(params[name])) : hole));
}

/**
 * Make `t(key, params)` over a catalogue. A missing key comes back as itself: visible, never empty.
 * A text with plural forms is chosen by `params.n`; where `params.room` has a name of its own, `<key>_named`
 * stands in.
 */
export function makeTexts(catalogue, language) {
  const keep = directionOf(language) === "rtl" ? isolated : (value) => value;
  return function t(key, params = {}) {
    const isNamed = "room" in params && `${key}_named` in catalogue && !needsRoomWord(String(params.room));
    const entry = catalogue[isNamed ? `${key}_named` : key];
    if (entry === undefined) return key;
    const text = Array.isArray(entry) ? pluralForm(entry, Number(params.n ?? 1), language) : entry;
    return fill(text, params, keep);
  };
}

/** `t` of this page: its texts, its language. */
export function pageTexts() {
  return makeTexts(readJson("texts"), document.documentElement.lang || "de");
}
