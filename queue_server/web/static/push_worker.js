// Shows a call that was pushed, and rings when nobody looks at the page. It knows no other page and fetches nothing.

self.addEventListener("install", () => self.skipWaiting());

// The scope is the address of the one page that asked.
async function myPage() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.find((page) => page.url.split(/[?#]/)[0] === self.registration.scope);
}

// A recall takes the place of the call, and rings again; "please wait again" takes it, too, and is quiet.
async function show({ title, body, lang, dir, quiet = false }) {
  const isSeen = (await myPage())?.visibilityState === "visible"; // that page rings by itself: once is enough
  const aloud = { renotify: true, vibrate: [400, 200, 400, 200, 800] };
  await self.registration.showNotification(title, {
    body,
    lang,
    dir,
    tag: "call",
    icon: quiet ? "/static/mark.svg" : "/static/called.svg",
    requireInteraction: !quiet,
    ...(quiet || isSeen ? { silent: true } : aloud),
  });
}

self.addEventListener("push", (event) => event.waitUntil(show(event.data.json())));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    myPage().then((mine) => (mine ? mine.focus() : self.clients.openWindow(self.registration.scope))),
  );
});
