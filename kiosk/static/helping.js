// The helps of one visitor: what the switches do, the two buttons of the start page, headphones, the warning's tone.

import { makeAudio } from "./audio.js";
import { readAloud } from "./commands.js";
import { h, icon } from "./dom.js";
import { HELPS, makeHelps, makeVolume, pixelsOfMm, plugged } from "./helps.js";
import { chime, makeSpeaker } from "./speaker.js";

const TONE = "/static/sounds/tone.wav";

/** `page`: what page.js shares; `part`: the frame's parts; `onTouch`: somebody is there. */
export function makeHelping(page, { root, part, onTouch }) {
  const { config, t, dialogs } = page;
  const helps = makeHelps(root);
  const volume = makeVolume();
  const canRead = () => config.reads.includes(page.language);
  const load = ({ lang, text }) => readAloud(`${page.kioskPath}/speech`, { text, language: lang }, config.kiosk_id);
  const speaker = makeSpeaker({ load, volume });

  function roots() {
    const { dialog, stage, foot, head, lost } = Object.fromEntries(["dialog", "stage", "foot", "head", "lost"].map((name) => [name, part(name)]));
    if (dialog.open) return { texts: [dialog], controls: [dialog] };
    return { texts: root.dataset.step === "start" ? [stage, head] : [stage, foot, lost], controls: [stage, foot, head] };
  }

  const audio = makeAudio({ root, part, t, isOn: () => helps.is("audio"), speaker, volume, roots, onOff: () => toggle("audio"), onStart: startAudio, onTouch });
  let isWarned = false;

  function toggle(name) {
    const isOn = helps.toggle(name);
    onTouch();
    if (name === "audio" && isOn) audio.start();
    else if (name === "audio") audio.stop();
    draw();
    return isOn;
  }

  function startAudio() {
    if (!canRead() || helps.is("audio")) return false;
    toggle("audio");
    return true;
  }

  // -- the buttons

  const offered = () => HELPS.filter((name) => name !== "audio" || canRead());
  const open = () => dialogs.helps({ names: offered(), isOn: helps.is, onToggle: toggle });

  function draw() {
    const isStart = root.dataset.step === "start";
    const label = part("helps-button").querySelector("span");
    label.textContent = t("kiosk.helps");
    part("helps-button").hidden = isStart;
    part("helps").hidden = !isStart || helps.is("audio");
    if (isStart) drawStrip();
    audio.draw();
  }

  /** Drawn anew for another language only: a button replaced under a finger is a lost press. */
  function drawStrip() {
    const strip = part("helps");
    const stands = `${root.lang} ${canRead()}`;
    if (strip.dataset.stands === stands) return;
    strip.dataset.stands = stands;
    const one = (drawing, text, act) => h("button", { type: "button", class: "head__button helps__button", on: { click: act } }, icon(drawing), h("span", {}, text));
    strip.replaceChildren(...[canRead() && one("ear", t("kiosk.help_audio"), startAudio), one("hand", t("kiosk.helps"), open)].filter(Boolean));
  }

  // -- time

  /** A warning reaches two senses, once each time. */
  function warned(isWarning) {
    if (isWarning && !isWarned) {
      chime(TONE, volume.gain());
      if (!dialogs.isOpen()) audio.say("kiosk.audio_closing"); // the dialog is read by itself
    }
    isWarned = isWarning;
  }

  function reset() {
    if (helps.is("audio")) audio.stop();
    helps.reset();
    volume.reset();
    speaker.adjust();
  }

  // -- headphones, where the browser tells of them: not on plain http

  async function outputs() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((one) => one.kind === "audiooutput").map((one) => `${one.deviceId} ${one.groupId}`);
  }

  async function listenForHeadphones() {
    if (!navigator.mediaDevices) return;
    let before = await outputs();
    navigator.mediaDevices.addEventListener("devicechange", async () => {
      const after = await outputs();
      const word = plugged(before, after);
      before = after;
      if (word === "in") startAudio();
      else if (word === "out" && helps.is("audio")) toggle("audio");
    });
  }

  function measure() {
    root.style.setProperty("--mm", `${pixelsOfMm(innerWidth, config.screen_width_mm)}px`);
  }

  part("helps-button").addEventListener("click", open);
  addEventListener("resize", measure);
  measure();
  void listenForHeadphones().catch(() => {});

  return { draw, reset, warned, any: helps.any, pressed: audio.pressed, say: audio.say, isAnswering: audio.isAnswering };
}
