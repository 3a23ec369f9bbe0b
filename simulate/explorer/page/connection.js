/** The socket to the server: what is asked, what still matters of its answers, and trying again. */

/** @typedef {{changes: import("./state.js").Changes, scenario: string}} Asked */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
/** An ask is given up for lost after so many milliseconds. */
const PATIENCE = 3000;
/** What answers an ask, and is stale once another is sent. */
const OF_ASKS = ["answer", "shares", "progress"];

/**
 * @param {object} on
 * @param {(message: any, isOfAsk: boolean) => void} on.message whether it answers the newest ask
 * @param {(state: "open" | "lost" | "refused") => void} on.state
 */
export function connect(on) {
  /** @type {WebSocket | null} */
  let socket = null;
  let wait = FIRST_WAIT;
  let isRefused = false;
  let number = 0;
  let asked = 0;
  let askedAt = 0;
  /** Whether the newest ask is for a preview, and has no answer yet. */
  let isAwaited = false;
  /** @type {Asked | null} What to ask once that is answered. */
  let next = null;

  function open() {
    const address = new URL("answers", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.onmessage = ({ data }) => receive(JSON.parse(data));
    socket.onclose = closed;
  }

  function closed() {
    socket = null;
    isAwaited = false;
    next = null;
    on.state(isRefused ? "refused" : "lost");
    if (isRefused) return;
    setTimeout(open, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }

  /** @param {any} message */
  function receive(message) {
    if (message.type === "scene") {
      wait = FIRST_WAIT;
      on.state("open");
    } else if (message.type === "refused") {
      isRefused = true;
    } else if (OF_ASKS.includes(message.type) && message.number !== asked) {
      return;
    }
    const isOfAsk = message.number === asked;
    if (isOfAsk && ["answer", "mistake"].includes(message.type)) answered();
    on.message(message, isOfAsk);
  }

  function answered() {
    isAwaited = false;
    if (next) ask(next, false);
  }

  /** @param {string} type @param {object} fields */
  function send(type, fields) {
    if (socket?.readyState !== WebSocket.OPEN) return 0;
    number += 1;
    socket.send(JSON.stringify({ type, number, ...fields }));
    return number;
  }

  /**
   * Ask for an answer. While a hand moves, one preview is asked for at a time, and the newest next.
   * @param {Asked} what
   * @param {boolean} rest
   */
  function ask(what, rest) {
    if (!rest && isAwaited && performance.now() - askedAt < PATIENCE) {
      next = what;
      return 0;
    }
    next = null;
    const sent = send("ask", { ...what, rest });
    isAwaited = sent > 0 && !rest;
    if (sent > 0) [asked, askedAt] = [sent, performance.now()];
    return sent;
  }

  open();
  return {
    ask,
    send,
    /** Number of the newest ask. */
    get asked() {
      return asked;
    },
  };
}
