// Taking a counter: who is where, live, and one press to sit down.

import { connect } from "/static/live.js";
import { pageTexts, readJson } from "/static/texts.js";
import { send } from "./commands.js";
import { draw, h } from "./dom.js";
import { refusal } from "./words.js";

const t = pageTexts();
const config = readJson("config");
const box = document.querySelector("dialog");
const pictures = new Map();
const problem = document.querySelector('[data-part="problem"]');

for (const site of config.sites) {
  if (site.counters.length) connect(`/live/counters/${site.counters[0].id}`, { onFrame: (frame) => take(site, frame.counter) });
}

function take(site, picture) {
  pictures.set(site.id, picture);
  const list = document.querySelector(`[data-site="${site.id}"]`);
  draw(list, site.counters.map((counter) => tile(counter, site, picture)));
}

function tile(counter, site, picture) {
  const now = picture.counters.find((one) => one.id === counter.id);
  const taken = now && now.state !== "closed";
  const own = taken && now.clerk === config.clerk_name;
  const rostered = site.rostered.includes(counter.id);
  return h(
    "li",
    { key: counter.id },
    h(
      config.clerk_id === null ? "a" : "button",
      {
        ...(config.clerk_id === null ? { href: `/counter/${counter.id}` } : { type: "button" }),
        class: `place${taken && !own ? " place--taken" : ""}${rostered || own ? " place--mine" : ""}`,
        "data-counter": counter.id,
        "data-clerk": taken ? now.clerk : null,
      },
      h("span", { class: "place__room" }, t("counter.room", { room: counter.room })),
      site.counters.some((other) => other.id !== counter.id && other.room === counter.room) && h("span", { class: "place__name" }, counter.name),
      h("span", { class: "soft small" }, counter.floor),
      h("span", { class: "place__end" }, rostered && h("span", { class: "badge badge--brand", key: "roster" }, t("counter.rostered")), taken && !own && !now.attended && h("span", { class: "badge badge--warn", key: "unattended" }, t("counter.unattended")), h("span", { class: `badge${taken ? " badge--info" : " badge--good"}` }, own ? t("counter.yours_now") : taken ? now.clerk : t("counter.free"))),
    ),
  );
}

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-counter]");
  if (place?.tagName === "BUTTON") sit(place.dataset.counter, place.dataset.clerk);
  if (event.target.closest("[data-act=dismiss]")) box.close();
  const sure = event.target.closest("[data-sure]");
  if (sure) takeCounter(sure.dataset.sure, true);
});

function sit(counter, clerk) {
  if (!clerk || clerk === config.clerk_name) return takeCounter(counter, false);
  draw(
    box,
    h("h2", { class: "dialog__title", id: "dialog-title" }, t("counter.take_over_title", { name: clerk })),
    h("p", {}, t("counter.take_over_text", { name: clerk })),
    h(
      "div",
      { class: "dialog__foot" },
      h("button", { type: "button", class: "button button--quiet", "data-act": "dismiss" }, t("counter.cancel")),
      h("a", { class: "button", href: `/counter/${counter}` }, t("counter.just_look")),
      h("button", { type: "button", class: "button button--primary", "data-sure": counter }, t("counter.take_over")),
    ),
  );
  box.showModal();
}

async function takeCounter(counter, takeOver) {
  const answer = await send(`/api/v1/counters/${counter}/open`, { take_over: takeOver });
  if (answer.ok) location.assign(`/counter/${counter}`);
  else if (answer.code === "sign_in_required") location.assign("/sign-in?next=/counter");
  else {
    box.close();
    problem.hidden = false;
    problem.textContent = refusal(answer, t);
  }
}
