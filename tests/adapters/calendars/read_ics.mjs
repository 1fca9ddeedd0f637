// What ical.js, the reader of Thunderbird, finds in calendar files: a JSON list of files in, a list of their events
// out. Run as `node read_ics.mjs PATH_OF_ICAL_JS`.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));
const seconds = (time) => time.toUnixTime();

const eventsOf = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      method: calendar.getFirstPropertyValue("method"),
      uid: event.uid,
      sequence: event.sequence,
      summary: event.summary,
      location: event.location,
      description: event.description,
      starts: seconds(event.startDate),
      ends: seconds(event.endDate),
      status: component.getFirstPropertyValue("status"),
      alarms: component
        .getAllSubcomponents("valarm")
        .map((alarm) => alarm.getFirstPropertyValue("trigger").toSeconds()),
    };
  });
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(eventsOf)));
