// What a site may want to know of who books at the kiosk: what can be typed, when it is whole, how it is sent.
// Pure. The site's `kiosk_fields` name the fields; as a rule there are none.

const MAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const NOT_PHONE = /[^0-9+()/. -]/g;
const LEAST_DIGITS = 5;

const isPhone = (text) => !text.includes("@") && text.replace(/\D/g, "").length >= LEAST_DIGITS && !text.match(NOT_PHONE);
const isMail = (text) => MAIL.test(text.trim());
const asIs = (text) => text;

/** keys: "letters" or "digits"; large: words begin with a large letter; most: so many signs at most. */
export const FIELDS = {
  name: { keys: "letters", large: true, most: 120, clean: asIs, isWhole: (text) => text.trim().length > 1, sent: (text) => ({ name: text.trim() }) },
  contact: { keys: "letters", most: 120, clean: asIs, isWhole: (text) => isMail(text) || isPhone(text.trim()), sent: (text) => (text.includes("@") ? { email: text.trim() } : { phone: text.trim() }) },
  email: { keys: "letters", most: 120, clean: asIs, isWhole: isMail, sent: (text) => ({ email: text.trim() }) },
  phone: { keys: "digits", signs: "+", most: 30, clean: (text) => text.replace(NOT_PHONE, ""), isWhole: isPhone, sent: (text) => ({ phone: text.trim() }) },
  address: { keys: "letters", large: true, most: 160, clean: asIs, isWhole: (text) => text.trim().length > 4, sent: (text) => ({ address: text.trim() }) },
  birth_date: { keys: "digits", most: 10, clean: withDots, isWhole: (text) => isoDate(text) !== null, sent: (text) => ({ birth_date: isoDate(text) }) },
};

/** "03051980" is "03.05.1980", while it is typed and after a sign was deleted. */
export function withDots(text) {
  const digits = text.replace(/\D/g, "").slice(0, 8);
  return [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join(".");
}

/** The date as it is sent; null when there is no such day. */
export function isoDate(text) {
  const [, day, month, year] = /^(\d\d)\.(\d\d)\.((?:19|20)\d\d)$/.exec(text) ?? [];
  if (!day) return null;
  const iso = `${year}-${month}-${day}`;
  const at = new Date(`${iso}T00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== iso ? null : iso;
}

/** What stands there after a sign, or unchanged when it is full. */
export function typeSign(field, text, sign) {
  const { clean, most } = FIELDS[field];
  return clean([...text, ...sign].slice(0, most).join(""));
}

export function deleteSign(field, text) {
  const { clean } = FIELDS[field];
  const kept = field === "birth_date" ? text.replace(/\D/g, "").slice(0, -1) : [...text].slice(0, -1).join("");
  return clean(kept);
}

/** Whether the next letter is a large one by itself: where a word of a name begins. */
export function beginsWord(field, text) {
  return Boolean(FIELDS[field].large) && /(^|[\s-])$/.test(text);
}

/** All but the last sign hidden: who stands behind reads nothing, who types sees the key that was hit. */
export function masked(text) {
  const signs = [...text];
  return signs.map((sign, at) => (at === signs.length - 1 || sign === " " ? sign : "•")).join("");
}

/** The person as the server takes it. `told`: field → text. */
export function personOf(told) {
  return Object.assign({}, ...[...told].map(([field, text]) => FIELDS[field].sent(text)));
}
