// What a staff alarm looks like, where it was raised and elsewhere. Pure over its state.

import { h } from "./dom.js";
import { clock } from "./words.js";

export const LEAST_MS = 300; // a double click is sooner
export const MOST_MS = 3000;
export const LONGEST_SOUND_MS = 10 * 60_000; // an empty room must not ring all night

/** What a press of the button means: "arm", "call", or "" for the second half of a double click. */
export function pressMeans(armedAt, now) {
  if (armedAt === null || now - armedAt > MOST_MS) return "arm";
  return now - armedAt < LEAST_MS ? "" : "call";
}

/** Whether these keys call for help: one chord, in any field. AltGr is no Ctrl+Alt: it types letters. */
export function isChord(event) {
  return event.ctrlKey && event.altKey && event.code === "KeyA" && !event.repeat && !event.getModifierState?.("AltGraph");
}

/** Those raised elsewhere: they get the banner. */
export const elsewhere = (alarms) => alarms.filter((one) => one.told !== "raised");

/** Those that must sound here now. `heard`: when each came first, on the clock of `now`. */
export const sounding = (alarms, { acknowledged, heard, now }) =>
  alarms.filter((one) => one.told === "far" && !acknowledged.has(one.id) && now - (heard.get(one.id) ?? now) < LONGEST_SOUND_MS);

export function placeName({ room, name }, t) {
  if (!room) return name || t("alarm.desk");
  return name ? t("alarm.counter", { room, name }) : t("alarm.room", { room });
}

const names = (places, t) => places.map((one) => placeName(one, t)).join(", ");

/** The title of an alarm: also for the tab, and for the desktop's notice. */
export function title(one, t) {
  return t(one.test ? "alarm.title_test" : "alarm.title", { place: placeName(one.place, t) });
}

const press = (what, id, label, look) => h("button", { type: "button", class: `button ${look}`, "data-alarm": what, "data-id": id }, label);

function phones(one, t) {
  const { count, sent_count: sent, failed_count: failed } = one.phones;
  if (failed > 0) return t("alarm.phones_failed", { failed, n: count });
  return sent > 0 ? t("alarm.phones_sent", { n: sent }) : "";
}

const unanswered = (one, refused, t) =>
  refused.has(one.id) && h("p", { class: "alarm__blocked", role: "alert", key: `refused-${one.id}` }, t(refused.get(one.id) === "counter_taken" ? "alarm.answer_taken" : "alarm.answer_failed"));

/** The banner of a colleague. `ending`: the alarm whose "over" was pressed once; `refused`: id to code of what failed. */
export function banner(alarms, { t, elapsedMs, acknowledged, here, sound, ending = null, refused = new Map() }) {
  return elsewhere(alarms).map((one) => {
    const comes = one.going.some((place) => place.counter_id === here);
    const told = [one.going.length > 0 && t("alarm.on_the_way", { places: names(one.going, t) }), phones(one, t), one.told === "near" && t("alarm.near")];
    return h(
      "section",
      { class: `alarm__one${one.test ? " alarm__one--test" : ""}`, key: one.id },
      h("div", { class: "alarm__words" }, [
        h("div", { role: "alert" }, h("h2", { class: "alarm__title", tabindex: "-1", autofocus: true }, title(one, t))),
        h("p", { class: "alarm__since" }, [one.place.floor, t("alarm.since", { time: one.raised }), clock(one.age_ms + elapsedMs)].filter(Boolean).join(" · ")),
        h("p", { class: "alarm__told", role: "status" }, told.filter(Boolean).join(" · ")),
      ]),
      h("div", { class: "alarm__acts" }, [
        !comes && press("going", one.id, t("alarm.go"), "alarm__go"),
        one.told === "far" && !acknowledged.has(one.id) && press("quiet", one.id, t("alarm.quiet"), "alarm__act"),
        press("end", one.id, t(ending === one.id ? "alarm.again" : "alarm.end"), "alarm__act"),
      ]),
      unanswered(one, refused, t),
      sound === "blocked" && one.told === "far" && !acknowledged.has(one.id) && h("p", { class: "alarm__blocked" }, t("alarm.blocked")),
    );
  });
}

/** Where help is called from: the button, or one quiet line once it is. */
export function caller(alarms, { t, armed, sending, failed, lost, refused = new Map() }) {
  const own = alarms.filter((one) => one.told === "raised");
  if (own.length > 0) return own.map((one) => raised(one, refused, t));
  const label = sending ? t("alarm.calling") : armed ? t("alarm.again") : t("alarm.call");
  return [
    h(
      "button",
      {
        type: "button",
        class: "button alarm-call__button",
        "data-alarm": "call",
        "aria-keyshortcuts": "Control+Alt+A",
        "aria-disabled": sending ? "true" : null,
        title: t("alarm.hint"),
        key: "call",
      },
      h("span", {}, label),
    ),
    h("span", { class: "visually-hidden", role: "status", key: "armed" }, sending || armed ? label : ""),
    (failed || (lost && armed)) && h("p", { class: "alarm-call__said", role: "status", key: "said" }, t("alarm.failed")),
  ];
}

function raised(one, refused, t) {
  const reached = one.reached_count > 0 || one.phones.sent_count > 0;
  const told = [
    t(one.test ? "alarm.called_test" : "alarm.called"),
    one.going.length > 0 ? t("alarm.comes", { places: names(one.going, t) }) : !reached && t("alarm.nobody"),
    phones(one, t),
  ];
  return h("div", { class: "alarm-call__raised", key: one.id }, [
    h("p", { class: "alarm-call__said", role: "status" }, told.filter(Boolean).join(" · ")),
    press("end", one.id, t("alarm.over"), "button--quiet button--s"),
    unanswered(one, refused, t),
  ]);
}
