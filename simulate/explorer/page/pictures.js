/** All pictures: two dates, of which the second can be chosen, and the fans. */

import { createDates, finding, inShort } from "./dates.js";
import { element } from "./dom.js";
import { createFan } from "./fan.js";
import { capital } from "./words.js";

/**
 * @param {Element} datesPlace
 * @param {Element} fansPlace
 * @param {(time: string, quarter: number) => void} behind asks for the paths behind a bar
 */
export function createPictures(datesPlace, fansPlace, behind) {
  /** @type {any} */
  let scene = null;
  /** @type {HTMLSelectElement} */
  const choice = element("select", { "aria-label": "Which date the second picture shows" });
  const dates = [
    createDates(datesPlace, null, "first-date", behind),
    createDates(datesPlace, choice, "other-date", behind),
  ];
  /** @type {ReturnType<typeof createFan>[]} */
  let fans = [];
  /** @type {{answer: any, base: any, kept: import("./dates.js").Kept[]}} */
  let last = { answer: null, base: null, kept: [] };
  choice.addEventListener("change", () => show(last.answer, last.base, last.kept));

  /**
   * @param {any} answer
   * @param {any} base what it was, if anything is changed
   * @param {import("./dates.js").Kept[]} kept states
   */
  function show(answer, base, kept) {
    last = { answer, base, kept };
    if (!scene || !answer) return;
    abouts(answer).forEach((about, i) => {
      const now = answer.times[about.name];
      if (now) dates[i].show(scene, about, now, base?.times[about.name] ?? null, kept);
    });
    const { stem } = scene;
    scene.fans.forEach((/** @type {any} */ about, /** @type {number} */ i) => {
      const now = answer.fans[about.name];
      const was = base?.fans[about.name] ?? null;
      const year = Number(scene.times[0].by ?? scene.years.at(-1));
      const marks = scene.came_true[about.name] ?? [];
      if (now) fans[i].show({ about, stem, years: scene.years, year, now, base: was, marks });
    });
  }

  /** Return the first date and the one that is chosen, with their levels as they stand. @param {any} answer */
  function abouts(answer) {
    const [first, second] = scene.times;
    const chosen = scene.times.find((/** @type {any} */ time) => time.name === choice.value);
    return [first, chosen ?? second].filter(Boolean).map((time) => ({ ...time, title: answer.times[time.name]?.title ?? time.title }));
  }

  return {
    show,
    /** @param {any} given */
    scene(given) {
      const chosen = choice.value;
      scene = given;
      const others = scene.times.slice(1);
      choice.replaceChildren(
        ...others.map((/** @type {any} */ time) => element("option", { value: time.name }, capital(time.title))),
      );
      if (others.some((/** @type {any} */ time) => time.name === chosen)) choice.value = chosen;
      choice.hidden = others.length < 2;
      while (fans.length < scene.fans.length) fans.push(createFan(fansPlace, `fan-${fans.length}`));
    },
    /** Return what the dates come to, as their titles say it and in short. */
    findings() {
      const { answer, base } = last;
      if (!scene || !answer) return [];
      return abouts(answer).map((about) => {
        const was = base?.times[about.name] ?? null;
        const shown = { calendar: scene, about, now: answer.times[about.name], base: was, kept: [] };
        return { text: finding(shown), short: inShort(shown) };
      });
    },
  };
}
