// Plays all visible films of a shot together. The longest leads; the others are kept within 0.08 s of it.
import { all, clock, say, word } from "./common.js";

const APART = 0.08; // seconds from which a film is moved
const NUDGE = 0.02; // seconds from which it runs a little faster or slower
const players = new Map();

/** The player of the shot that an element stands in. */
export const playerOf = (element) => players.get(element.closest("[data-scene]"));

export function startPlayers() {
  for (const scene of all("[data-scene]")) if (scene.querySelector("[data-playbar]")) players.set(scene, new Player(scene));
}

class Player {
  constructor(scene) {
    this.scene = scene;
    this.bar = scene.querySelector("[data-playbar]");
    this.button = this.bar.querySelector("[data-play]");
    this.scrub = this.bar.querySelector("[data-scrub]");
    this.playing = false;
    this.rate = 1;
    this.sound = true;
    this.moving = new Map(); // films we are moving, and since when
    this.stopping = new WeakSet(); // films we are stopping
    this.lag = new WeakMap(); // seconds a film takes to move
    this.listen();
    this.refresh();
    this.bar.hidden = false;
  }

  get films() {
    return all("[data-cut]:not([hidden]) video", this.scene);
  }

  get leader() {
    const length = (film) => Number(film.closest("[data-cut]").dataset.length);
    return this.films.reduce((best, film) => (!best || length(film) > length(best) ? film : best), null);
  }

  get time() {
    return this.leader ? this.leader.currentTime : 0;
  }

  listen() {
    this.button.addEventListener("click", () => this.toggle());
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.bar.querySelector("[data-speed]").addEventListener("change", (event) => this.setRate(Number(event.target.value)));
    const sound = this.bar.querySelector("[data-sound]");
    sound.addEventListener("click", () => {
      this.sound = !this.sound;
      sound.setAttribute("aria-pressed", String(this.sound));
      this.refresh();
    });
    for (const film of all("video", this.scene)) this.follow(film);
  }

  // Whoever uses a film's own controls moves all of them.
  follow(film) {
    film.addEventListener("play", () => this.playing || this.play());
    film.addEventListener("pause", () => this.paused(film));
    film.addEventListener("seeking", () => this.moving.has(film) || this.seek(film.currentTime, film));
    film.addEventListener("seeked", () => this.arrived(film));
    film.addEventListener("timeupdate", () => this.playing || this.show());
    film.addEventListener("error", () => say(word("cannot_play")));
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.leader) return;
    if (this.leader.ended || this.time >= this.leader.duration - 0.02) this.seek(0);
    this.playing = true;
    this.bar.classList.add("playing");
    this.button.setAttribute("aria-label", word("pause"));
    for (const film of this.films) this.run(film);
    requestAnimationFrame(() => this.tick());
  }

  run(film) {
    film.playbackRate = this.rate;
    film.play().catch(() => film === this.leader && this.pause());
  }

  pause() {
    this.playing = false;
    this.bar.classList.remove("playing");
    this.button.setAttribute("aria-label", word("play"));
    for (const film of all("video", this.scene)) this.stop(film);
    if (this.leader) for (const film of this.films) if (film !== this.leader) this.place(film, this.time);
    this.show();
  }

  stop(film) {
    if (film.paused) return;
    this.stopping.add(film);
    film.pause();
  }

  paused(film) {
    if (this.stopping.delete(film) || !this.playing || film.closest("[data-cut]").hidden) return;
    if (!film.ended || film === this.leader) this.pause();
  }

  seek(time, except = null) {
    for (const film of this.films) if (film !== except) this.place(film, time);
    this.show(time);
  }

  step(seconds) {
    this.seek(Math.min(Math.max(0, this.time + seconds), Number(this.scrub.max)));
  }

  frame(direction) {
    this.pause();
    this.step(direction / Number(this.leader?.dataset.fps || 24));
  }

  // A film that is shorter than the others stays on its last picture.
  place(film, time) {
    const length = Number(film.closest("[data-cut]").dataset.length);
    const target = Math.max(0, Math.min(time, length - 0.01));
    if (Math.abs(film.currentTime - target) < 0.005) return;
    this.moving.set(film, performance.now());
    film.currentTime = target;
  }

  arrived(film) {
    const since = this.moving.get(film);
    if (since !== undefined) this.lag.set(film, Math.min(0.4, (performance.now() - since) / 1000));
    this.moving.delete(film);
    if (!this.playing) this.show();
  }

  tick() {
    if (!this.playing) return;
    const leader = this.leader;
    if (leader) for (const film of this.films) if (film !== leader) this.align(film, leader);
    this.show();
    requestAnimationFrame(() => this.tick());
  }

  align(film, leader) {
    const time = leader.currentTime;
    if (time >= film.duration - 0.02 || film.seeking) return;
    if (leader.readyState < 3) return this.stop(film); // it waits for its bytes: so do the others
    if (film.paused) return this.run(film);
    const off = film.currentTime - time;
    if (Math.abs(off) > APART) return this.place(film, time + (this.lag.get(film) ?? 0.05) * this.rate);
    const pace = this.rate * (off > NUDGE ? 0.95 : off < -NUDGE ? 1.05 : 1);
    if (film.playbackRate !== pace) film.playbackRate = pace;
  }

  setRate(rate) {
    this.rate = rate;
    for (const film of this.films) film.playbackRate = rate;
  }

  // After other films became visible: only the leader is heard, and all stand where it stands.
  refresh() {
    const films = this.films;
    for (const film of all("video", this.scene)) {
      film.muted = !this.sound || film !== this.leader;
      if (!films.includes(film)) this.stop(film);
      else if (film.preload === "none") film.preload = "metadata";
    }
    for (const film of films) if (this.playing && film.paused) this.run(film);
  }

  show(time = this.time) {
    const whole = Number(this.scrub.max);
    if (document.activeElement !== this.scrub || this.playing) this.scrub.value = time;
    this.scrub.setAttribute("aria-valuetext", clock(time));
    const text = `${clock(time)} / ${clock(whole)}`;
    this.bar.querySelector("[data-clock]").textContent = text;
    for (const place of all("[data-comment-clock]", this.scene)) place.textContent = clock(time);
  }
}
