// What a hand scanner types: it is a keyboard that writes the slip's code in a breath and presses Enter.
//
// Two readings are kept: the letters as this machine's layout makes them, and as a US keyboard would, which is
// how a scanner leaves its factory: on a German layout it writes "httpsÖ--" and swaps y and z.

const SLIP = /\/t\/([A-Za-z0-9_-]+)$/;
const APPOINTMENT = /\/termin\/v\/([A-Za-z0-9_-]+)$/;
const LONGEST_PAUSE_MS = 1000; // scanners need 50 ms at most; a machine that is busy hands them over in jerks
const LEAST_LETTERS = 6;
const MOST_LETTERS = 2000;
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
const US_SIGNS = { Slash: "/?", Minus: "-_", Period: ".>", Semicolon: ";:" };

/** Give `key(event)`; it tells whether the key ended a scan, and then belongs to nobody else. */
export function makeScan({ onCode, onAppointment, onOther, isTyping = () => false }) {
  let typed = "";
  let typedUs = "";
  let lastAt = 0;

  function end() {
    const read = (sign) => sign.exec(typed)?.[1] ?? sign.exec(typedUs)?.[1];
    const [code, appointment] = [read(SLIP), read(APPOINTMENT)];
    const enough = typed.length >= LEAST_LETTERS;
    typed = typedUs = "";
    if (code) onCode(code);
    else if (appointment) onAppointment(appointment);
    else if (isTyping()) return false; // a name, typed in a breath on a keyboard with keys
    else if (enough) onOther();
    return enough;
  }

  return function key(event) {
    if (event.timeStamp - lastAt > LONGEST_PAUSE_MS) typed = typedUs = "";
    if (ENDS.has(event.code) || event.key === "Enter") return end();
    if (event.key.length !== 1 || event.repeat) return false;
    lastAt = event.timeStamp;
    typed = (typed + event.key).slice(-MOST_LETTERS);
    typedUs = (typedUs + usLetter(event)).slice(-MOST_LETTERS);
    return false;
  };
}

function usLetter({ code, shiftKey }) {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shiftKey ? letter : letter.toLowerCase();
  if (code in US_SIGNS) return US_SIGNS[code][shiftKey ? 1 : 0];
  return /^Digit([0-9])$/.exec(code)?.[1] ?? "?";
}
