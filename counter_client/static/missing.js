// What visitors came without: the documents of the visits here, and one press for each that was missing. Nobody is
// ever asked to say that everything was there.

import { KEYS } from "./acts.js";
import { h } from "./dom.js";
import { button, cap } from "./parts.js";

export const NOTED_MS = 600000; // so long after a visit the server takes a note of it
const AGAIN_MS = 5000;
const DIGITS = 9;

/** Keeps the documents of the visits at a counter; `changed` is called when they came. */
export function makeBag(path, changed) {
  let about = null;
  let visits = [];
  let readAt = 0;

  /** Ask again when somebody else is there: the answers of a visitor are on no picture. */
  async function follow(model) {
    const wanted = model.mine ? `${model.stage} ${model.current?.id} ${JSON.stringify(model.current?.services)}` : null;
    if (wanted === about) return;
    about = wanted;
    if (wanted === null) return put([]);
    try {
      const response = await fetch(path);
      const found = response.ok ? (await response.json()).visits : [];
      if (about !== wanted) return;
      if (!response.ok) setTimeout(() => about === wanted && (about = null), AGAIN_MS); // and with the picture after that
      put(found);
    } catch {
      about = null; // the line is lost, and comes back with a picture
    }
  }

  function put(found) {
    visits = found;
    readAt = performance.now();
    changed();
  }

  /** Take in the answer to a note, before anybody asks again. */
  function noted({ ticket, service, document, missing }) {
    const same = (one) => one.service === service && one.document === document;
    visits = visits.map((visit) => (visit.ticket === ticket ? { ...visit, documents: visit.documents.map((one) => (same(one) ? { ...one, missing } : one)) } : visit));
  }

  return { follow, noted, visits: () => stillNoted(visits, performance.now() - readAt) };
}

const isHere = (visit) => visit.state === "called" || visit.state === "serving";

/** Visits with documents; those that are over only as long as a note of them is taken. */
export function stillNoted(visits, elapsedMs) {
  return visits.filter((visit) => visit.documents.length > 0 && (isHere(visit) || elapsedMs < NOTED_MS));
}

/** A document in the clerk's words; where nobody answered whether it is needed, with the question. */
export function inWords(one, { t, language }) {
  const words = (texts) => texts[language] ?? texts.de;
  return one.needed === "perhaps" ? t(`common.only_if_${one.when}`, { document: words(one.name), question: words(one.question) }) : words(one.name);
}

/** What a digit key notes in the open dialog: the rows are counted from the first visit on. */
export function byDigit(visits, key) {
  if (!/^[1-9]$/.test(key)) return null;
  const rows = visits.flatMap((visit) => visit.documents.map((one) => wanted(visit, one)));
  return rows[Number(key) - 1] ?? null;
}

const wanted = (visit, one) => ({ ticket: visit.ticket, service: one.service, document: one.document, missing: !one.missing });

function press(visit, one, view, { label, key, look }) {
  return h(
    "button",
    {
      type: "button",
      class: `button ${look}`,
      "data-act": "note",
      "data-ticket": visit.ticket,
      "data-service": one.service,
      "data-document": one.document,
      "data-missing": one.missing ? "" : "yes",
      "aria-pressed": String(one.missing),
      "aria-disabled": view.busy ? "true" : null,
    },
    label,
    key && cap(key, view),
  );
}

/** The card of the visit that is served: what to bring, and beside each line the one press. */
export function bring(visit, view) {
  const { t } = view;
  const shown = visit.documents.filter((one) => one.needed !== "no" || one.missing);
  if (shown.length === 0) return null;
  return h(
    "section",
    { class: "card card--slim", key: "papers" },
    h("h2", { class: "list-title" }, t("counter.documents")),
    h(
      "ul",
      { class: "bring" },
      shown.map((one) =>
        h(
          "li",
          { class: "bring__line", key: one.document },
          h("span", { class: "bring__words" }, inWords(one, view)),
          press(visit, one, view, { look: "button--s", label: h("span", {}, t(one.missing ? "counter.was_missing" : "counter.missing_one"), h("span", { class: "visually-hidden" }, `: ${inWords(one, view)}`)) }),
        ),
      ),
    ),
  );
}

/** The way back to the visit before: a clerk notes after the visitor has gone. */
export function before(model, view) {
  const last = model.noting.find((visit) => !isHere(visit));
  if (!last || model.stage === "serving") return null;
  return h("div", { key: "before" }, button(view, { act: "missing", label: view.t("counter.missing_of", { number: last.number }), key: KEYS.missing, look: "button--s button--quiet", attributes: { "aria-haspopup": "dialog" } }));
}

/** The dialog: every visit of which something may be noted, its documents as presses. */
export function missingDialog(state, model, view) {
  const { t } = view;
  let row = 0;
  const line = (visit, one) => {
    row += 1;
    const label = h("span", { class: "bring__words" }, one.missing && h("strong", {}, `${t("counter.was_missing")}: `), inWords(one, view));
    return h("li", { key: one.document }, press(visit, one, view, { look: "bring__press", key: row <= DIGITS ? String(row) : null, label }));
  };
  return {
    title: t("counter.missing"),
    body: [
      h("p", {}, t("counter.missing_text")),
      model.noting.map((visit) => [
        h("h3", { key: `title ${visit.ticket}` }, t(isHere(visit) ? "counter.missing_now" : "counter.missing_before", { number: visit.number })),
        h("ul", { class: "bring", key: visit.ticket }, visit.documents.map((one) => line(visit, one))),
      ]),
    ],
  };
}
