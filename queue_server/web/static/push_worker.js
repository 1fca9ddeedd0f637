// Shows a call that was pushed while nobody looked at the page. It knows no other page and fetches nothing.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const { title, body, lang, dir } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      lang,
      dir,
      tag: "call", // a recall takes the place of the call, and rings again
      renotify: true,
      requireInteraction: true,
      icon: "/static/called.svg",
      vibrate: [400, 200, 400, 200, 800],
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
      // The scope is the address of the one page that asked.
      const mine = pages.find((page) => page.url.split(/[?#]/)[0] === self.registration.scope);
      return mine ? mine.focus() : self.clients.openWindow(self.registration.scope);
    }),
  );
});
