// The head of every page, and the clock in it. The time is the server's, for a kiosk's own may be wrong.

import { localeOf } from "/static/texts.js";
import { h } from "./dom.js";

/** The site's wall clock: {date: "2026-03-09", time: "13:05", show(part, language)}. */
export function makeClock(config, now) {
  const loadedAt = now();
  const serverNow = () => new Date(config.server_now_ms + now() - loadedAt);
  const format = (language, options) => new Intl.DateTimeFormat(localeOf(language), { timeZone: config.zone, ...options }).format(serverNow());
  return {
    local: () => ({ date: format("en-CA", {}), time: format("en-GB", { hour: "2-digit", minute: "2-digit" }) }),
    show(part, language) {
      part("time").textContent = format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      part("date").textContent = format(language, { weekday: "long", day: "numeric", month: "long" });
    },
  };
}

/** Name the site, and offer what the step allows: the languages, the end. */
export function drawHead({ part, t, texts, config, language, inVisit, canEnd, onLanguage }) {
  part("site").textContent = config.site_name[language] ?? config.site_name.de;
  part("site").dir = "auto";
  part("end").hidden = !canEnd;
  part("end").querySelector("span").textContent = t("kiosk.end");
  part("clock").hidden = inVisit;
  part("lost").textContent = t("kiosk.lost_line");
  const languages = inVisit && config.languages.length > 1 ? config.languages : [];
  part("languages").setAttribute("aria-label", t("kiosk.languages"));
  part("languages").hidden = languages.length === 0;
  part("languages").replaceChildren(...languageButtons({ texts, languages, language, onLanguage }));
}

/** A button for each language, called what its speakers call it. */
export function languageButtons({ texts, languages, language, onLanguage }) {
  return languages.map((code) =>
    h("button", { type: "button", lang: code, class: "head__language", "aria-pressed": String(code === language), on: { click: () => onLanguage(code) } }, texts.get(code)("kiosk.language")),
  );
}
