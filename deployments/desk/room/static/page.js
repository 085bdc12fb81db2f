// Starts everything the campaign's page does beyond its form, which works without.
import { startCountdown } from "./countdown.js";
import { startComments } from "./comments.js";
import { startDeciding } from "./decide.js";
import { startKeys } from "./keys.js";
import { startRegions } from "./region.js";
import { startPlayers } from "./sync.js";
import { startTakes } from "./takes.js";
import { startWatching } from "./watched.js";
import { startZones } from "./zones.js";

startPlayers();
startTakes();
startZones();
startRegions();
startComments();
startDeciding();
startWatching();
startCountdown();
startKeys();
