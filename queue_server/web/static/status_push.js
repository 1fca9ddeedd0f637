// The call as a message of the browser, for who does not look at the page: asked for by a press, ended with the visit.

const WORKER = "/static/push_worker.js";

function bytesOf(word) {
  const plain = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function sameBytes(one, other) {
  return one !== null && one.byteLength === other.length && new Uint8Array(one).every((byte, i) => byte === other[i]);
}

/**
 * The pushes of one ticket. `key` is the server's public one, empty where nothing is pushed.
 * `onChange(state)`: "off", "on", "blocked".
 */
export function makePushes(key, onChange = () => {}) {
  const offered = key !== "" && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const scope = location.pathname; // one ticket's page, and no other

  const registered = async () => (offered ? navigator.serviceWorker.getRegistration(scope) : undefined);

  async function tell(subscription) {
    const { endpoint = "", keys = {} } = subscription?.toJSON() ?? {};
    const body = new URLSearchParams({ act: "push", endpoint, p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" });
    const answer = await fetch(scope, { method: "POST", body });
    return answer.ok;
  }

  async function subscribed(registration) {
    const known = await registration.pushManager.getSubscription();
    // Another key of the server: what was promised to the old one is worth nothing.
    if (known !== null && sameBytes(known.options.applicationServerKey, bytesOf(key))) return known;
    await known?.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  }

  return {
    offered,
    async switchOn() {
      try {
        if ((await Notification.requestPermission()) !== "granted") return onChange("blocked");
        await navigator.serviceWorker.register(WORKER, { scope });
        const registration = await activeAt(scope);
        onChange((await tell(await subscribed(registration))) ? "on" : "blocked");
      } catch {
        onChange("blocked"); // no service of the browser's, or none that we send to
      }
    },
    /** Say again what was asked for: the server forgets it when it starts anew. */
    async again() {
      const registration = await registered();
      const known = await registration?.pushManager.getSubscription();
      if (known && (await tell(known))) onChange("on");
    },
    /** The call is over: its message shall not stand there. */
    async clear() {
      const registration = await registered();
      for (const message of (await registration?.getNotifications()) ?? []) message.close();
    },
    /** The visit is over. */
    async end() {
      const registration = await registered();
      if (!registration) return;
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      await registration.unregister();
    },
  };
}

async function activeAt(scope) {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const worker = registration.installing ?? registration.waiting;
  if (registration.active === null && worker !== null) {
    await new Promise((done) => {
      worker.addEventListener("statechange", () => ["activated", "redundant"].includes(worker.state) && done());
    });
  }
  return registration;
}
