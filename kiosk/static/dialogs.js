// What lies over a page for a moment: an explanation, a question, the warning before everything is cleared.

import { button, h, icon } from "./dom.js";

/** The page's one dialog. `onTouch`: somebody is there. */
export function makeDialogs({ dialog, config, t, language, onTouch }) {
  function ask({ name, title, body = [], acts }) {
    dialog.dataset.name = name;
    dialog.replaceChildren(h("h2", { class: "dialog__title", id: "dialog-title" }, title), ...body, h("div", { class: "dialog__foot" }, acts));
    if (!dialog.open) dialog.showModal();
  }

  const closing = (then) => () => {
    dialog.close();
    then();
  };

  /** Why a service needs no number, and what to do instead. */
  function explain(service) {
    const name = service.name[language()] ?? service.name.de;
    const qr = service.link && h("img", { class: "dialog__qr", src: `/kiosk/${encodeURIComponent(config.kiosk_id)}/services/${service.id}/qr.svg`, alt: t("kiosk.link_alt", { link: service.link }) });
    const phone = service.why !== "online" && service.phone ? h("p", { class: "dialog__phone" }, icon("phone"), h("span", { class: "number" }, service.phone)) : null;
    const body = [h("p", { class: "strong" }, t(`kiosk.why_${service.why}`)), h("p", {}, t(`kiosk.then_${service.why}`)), qr, service.link && h("p", { class: "dialog__link" }, service.link), phone];
    ask({ name: "explain", title: name, body: body.filter(Boolean), acts: [button(t("kiosk.understood"), { kind: "button--primary" }, closing(onTouch))] });
  }

  function askToGiveBack(number, onYes) {
    ask({
      name: "give_back",
      title: t("kiosk.give_back_title", { number }),
      body: [h("p", {}, t("kiosk.give_back_text"))],
      acts: [button(t("kiosk.keep"), { kind: "button--primary" }, closing(() => {})), button(t("kiosk.give_back_yes"), { kind: "button--danger" }, closing(onYes))],
    });
  }

  /** The switches of this visit; they stay open, so that several can be turned. */
  function helps({ names, isOn, onToggle }) {
    const one = (name) => {
      const node = h(
        "button",
        { type: "button", class: "need", "data-help": name, "aria-pressed": String(isOn(name)), on: { click: () => node.setAttribute("aria-pressed", String(onToggle(name))) } },
        h("span", { class: "service__mark" }, icon("check")),
        h("span", { class: "need__words" }, h("span", {}, t(`kiosk.help_${name}`)), h("span", { class: "service__why" }, t(`kiosk.help_${name}_why`))),
      );
      return node;
    };
    ask({ name: "helps", title: t("kiosk.helps_title"), body: [h("p", {}, t("kiosk.helps_text")), h("div", { class: "helps__list" }, names.map(one))], acts: [button(t("kiosk.done"), { before: "check", kind: "button--primary" }, closing(onTouch))] });
  }

  /** Count down; called again, only the seconds change. */
  function warn(leftS, onEnd) {
    if (isWarning()) {
      dialog.querySelector("[data-left]").textContent = t("kiosk.idle_text", { s: leftS });
      return;
    }
    ask({
      name: "warning",
      title: t("kiosk.idle_title"),
      body: [h("p", { "data-left": "" }, t("kiosk.idle_text", { s: leftS }))],
      acts: [button(t("kiosk.end"), { kind: "button--quiet" }, closing(onEnd)), button(t("kiosk.more_time"), { before: "clock", kind: "button--primary", autofocus: true }, closing(onTouch))],
    });
  }

  function isWarning() {
    return dialog.open && dialog.dataset.name === "warning";
  }

  dialog.addEventListener("cancel", onTouch);
  return { explain, askToGiveBack, helps, warn, isWarning, isOpen: () => dialog.open, close: () => dialog.close() };
}
