// How times, concerns, reasons and reports are said. Pure over `t`.

import { fetchReason } from "./model.js";

const MINUTE = 60000;

/** "0:07", "12:40", "1:02:03": how long something runs. */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function minutes(ms, t) {
  return t("counter.minutes_short", { n: Math.max(0, Math.floor(ms / MINUTE)) });
}

/** How long somebody waits: "wartet 12 Min.", or that they came a moment ago. */
export function waits(ms, t) {
  return ms < MINUTE ? t("counter.just_came") : t("counter.waits", { time: minutes(ms, t) });
}

export function since(ms, t) {
  return ms < MINUTE ? t("counter.just_now") : t("counter.since", { time: minutes(ms, t) });
}

/** When a ticket is due, as seen from now. */
export function due(ticket, t) {
  const count = Math.round(Math.abs(ticket.due_in_ms) / MINUTE);
  if (count === 0) return t("counter.due_now");
  return ticket.due_in_ms > 0 ? t("counter.due_in", { n: count }) : t("counter.due_since", { n: count });
}

/** Why this due time: the rule, and the adjustment if there is one. */
export function reason(ticket, t) {
  return [
    t(`counter.reason_${ticket.due_reason}`),
    ticket.expected_min && t("counter.usual", { minutes: ticket.expected_min }),
    ticket.adjustment && t(`counter.adjusted_${ticket.adjustment}`),
  ]
    .filter(Boolean)
    .join(" · ");
}

const INTERPRETER = /^interpreter_([a-z]{2})$/;

export function concern(ticket, services) {
  return ticket.services.map(({ id, count }) => {
    const name = services[id]?.name ?? id;
    return services[id]?.listed ?? services[id]?.counted?.[count - 1] ?? (count > 1 ? `${count} × ${name}` : name);
  });
}

/** Documents of a concern, each once, in the order of the services. */
export function documents(ticket, services) {
  return [...new Set(ticket.services.flatMap(({ id }) => services[id]?.documents ?? []))];
}

/** What a need is called; one names a language (`interpreter_tr`), whose name comes from the server. */
export function need(name, t, languages = {}) {
  const language = INTERPRETER.exec(name)?.[1];
  return language ? t("counter.need_interpreter_in", { language: languages[language] ?? language }) : t(`counter.need_${name}`);
}

/** What to do about a need; "" when its name says enough. */
export function needAct(name, t) {
  const key = `counter.need_act_${INTERPRETER.test(name) ? "interpreter" : name}`;
  const text = t(key);
  return text === key ? "" : text;
}

/**
 * The visitor's language in the clerk's words; "" for the one that is usual in this town. `names` come from the server:
 * browsers refuse to name tags for private use, such as German in plain words.
 */
export function speaks(language, usual, names = {}) {
  return !language || language === usual ? "" : (names[language] ?? language);
}

/** What became of the call: {kind: good|waiting|bad, text, fetch}. */
export function report(model, t) {
  const reasonToFetch = fetchReason(model);
  if (reasonToFetch === "fetch_mode") return { kind: "fetch", text: t("counter.report_fetch_mode"), fetch: true };
  const call = model.call;
  if (!call) return { kind: "waiting", text: "", fetch: Boolean(reasonToFetch) };
  const shown =
    call.assigned_count === 0
      ? t("counter.report_no_display")
      : t("counter.report_shown", { shown: call.shown_count, all: call.assigned_count });
  const sound =
    call.sound === "queued"
      ? t("counter.sound_queued", { n: Math.ceil((call.startsInMs ?? 0) / 1000) })
      : t(`counter.sound_${call.sound}`);
  const good = call.assigned_count > 0 && call.shown_count === call.assigned_count && call.sound === "started";
  return {
    kind: reasonToFetch ? "fetch" : good ? "good" : "waiting",
    text: call.assigned_count === 0 ? shown : `${shown} · ${sound}`,
    fetch: Boolean(reasonToFetch),
    why: reasonToFetch ? t(`counter.fetch_${reasonToFetch}`) : "",
  };
}

/** Where the visitor waits, for fetching. */
export function whereToFetch(model, config, language, t) {
  const hint = model.fetchHint[language] ?? model.fetchHint.de;
  const area = config.site.areas[model.current?.area_id];
  if (model.fetching && hint) return hint;
  return area ? t("counter.fetch_in", { area }) : hint ?? "";
}

/** What a refusal says to people. */
export function refusal(answer, t) {
  if (answer.code === "network") return t("counter.no_answer");
  const key = `error.${answer.code}`;
  const text = t(key, answer.params);
  return text === key ? (answer.message ?? t("error.refused")) : text;
}

/** A notice of the picture: {kind, title, text, display?, out?}. */
export function notice(found, config, t) {
  if (found.code === "nobody_can_serve") {
    return { kind: "warn", title: t("counter.notice_nobody", { n: Number(found.count) }), text: t("counter.notice_nobody_do") };
  }
  if (found.code === "no_room_for") {
    return { kind: "warn", title: t("counter.notice_no_room", { n: Number(found.count) }), text: t("counter.notice_no_room_do") };
  }
  if (found.code === "printer_trouble") {
    const name = config.site.kiosks[found.device] ?? found.device;
    const key = `counter.printer_${found.detail}`;
    const what = t(key);
    return { kind: "warn", title: t("counter.notice_printer", { name }), text: what === key ? t("counter.printer_other") : what };
  }
  const name = config.site.displays[found.device] ?? found.device;
  const out = found.code === "display_out";
  return {
    kind: out ? "info" : "warn",
    title: t(`counter.notice_${found.code}`, { name }),
    text: t(`counter.notice_${found.code}_do`),
    display: found.device,
    out,
  };
}
