// The staff alarm at the reception desk: its pages have no other socket.

import { connect } from "/static/live.js";
import { readJson } from "/static/texts.js";
import { staffAlarm } from "./alarm.js";

let line = null;
const alarm = staffAlarm({ lost: () => line?.state() === "lost" });
if (alarm !== null) line = connect(`/live/sites/${readJson("alarm").site}/alarms`, { onMessage: alarm.take });
