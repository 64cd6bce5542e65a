import {
  OPTIONS,
  bindingStateOf,
  isInBackForwardCache,
  phaseOf,
  renewAtOf,
  userOf,
  type BindingState,
  type MachineState,
} from "./adapter.js";
import { createSlot, dropSocket, type Model, type Node, type SlotModel } from "./model.js";
import { SLOT_NAMES, type Effect, type MachineEvent, type Phase } from "./protocol.js";

const CLOCK_JUMP_MS = 65_000;
const RAPID_CLOSES_LIMIT = 5;

const isResting = (phase: Phase): boolean =>
  phase === "idle" || phase === "closed" || phase === "unauthorized";

/** The promises of one step; its effects change the model. */
export class StepPromises {
  #violation: string | undefined;
  #syncs = 0;
  #state: MachineState;
  #dueAt = Infinity;
  readonly #wasForced: boolean;

  constructor(
    private readonly before: Node,
    private readonly model: Model,
    private readonly event: MachineEvent,
  ) {
    this.#state = before.state;
    this.#wasForced = "slot" in event && this.#slot(event.slot).bind === "forced";
  }

  get violation(): string | undefined {
    return this.#violation;
  }

  /** After the step. */
  check(after: Node, effects: readonly Effect[], lateMs: number): void {
    const { event, model } = this;
    this.#state = after.state;
    this.#dueAt = after.dueAt;
    let isReplaced = false;
    for (const effect of effects) {
      isReplaced ||= effect.type === "leaveSocket";
      this.#applyEffect(effect);
    }
    if (event.type === "bindSucceeded") this.#checkSync(event.slot, isReplaced);
    this.#checkStep();
    this.#checkWaiting();
    if (event.type === "tick") this.#checkProbe(lateMs);
    for (let slot = 0; slot < model.slots.length; slot++) this.#checkSlot(slot);
  }

  #slot(index: number): SlotModel {
    return this.model.slots[index]!;
  }

  #assert(promise: boolean, violation: string): void {
    if (!promise) this.#fail(violation);
  }

  #fail(violation: string): void {
    this.#violation ??= violation;
  }

  #applyEffect(effect: Effect): void {
    const { model, event } = this;
    switch (effect.type) {
      case "openSocket":
        this.#assert(model.socket === "none", "a socket is opened while another is live");
        model.socket = "opening";
        return;
      case "leaveSocket":
        return dropSocket(model);
      case "login":
        this.#assert(model.socket === "open", "the login is sent without an open socket");
        model.isLoginPending = true;
        return;
      case "probe":
        this.#assert(model.isLoggedIn, "a probe is sent before the login");
        model.unansweredSince ??= model.now;
        return;
      case "bind":
        return this.#checkBind(effect.slot, effect.force);
      case "sync":
        this.#assert(
          event.type === "bindSucceeded" && SLOT_NAMES[event.slot] === effect.slot,
          "onSync runs without a bind that succeeded",
        );
        if (event.type !== "bindSucceeded") return;
        this.#syncs++;
        return this.#checkSyncReason(event.slot, event.user, effect);
      default:
    }
  }

  #checkBind(name: string, force: boolean): void {
    const index = SLOT_NAMES.indexOf(name as "player");
    const slot = this.#slot(index);
    this.#assert(this.model.isLoggedIn, "a bind is sent before the login");
    this.#assert(slot.bind === "none", "two binds of one slot are under way");
    this.#assert(!force || slot.isForceAllowed, "a forced bind is sent twice for one request");
    const isRequested = this.event.type === "requestBind" && this.event.slot === index;
    this.#assert(
      isRequested || bindingStateOf(this.before.state, index) !== "replaced",
      "a replaced slot binds by itself",
    );
    if (force) slot.isForceAllowed = false;
    slot.bind = force ? "forced" : "plain";
  }

  #checkSyncReason(index: number, user: number, effect: Effect & { type: "sync" }): void {
    const slot = this.#slot(index);
    const { reason, since } = effect;
    const isFirst = user !== slot.syncedUser || (reason === "first" && slot.isDiscarded);
    const expected = this.#wasForced ? "takeOver" : isFirst ? "first" : "gap";
    if (reason !== expected) this.#fail(`onSync ${reason} instead of ${expected}`);
    if (reason === "gap") this.#assert(since === slot.gapSince, "since of onSync is wrong");
  }

  #checkSync(index: number, isReplaced: boolean): void {
    const slot = this.#slot(index);
    const { event } = this;
    if (event.type !== "bindSucceeded") return;
    if (isReplaced) {
      this.#assert(this.#syncs === 0, "onSync runs for a socket that is left");
      slot.isDiscarded = true;
      slot.acceptedAt = undefined;
      return;
    }
    const isDue = this.#wasForced || event.user !== slot.syncedUser || slot.gapSince !== undefined;
    if (this.#syncs !== (isDue ? 1 : 0) && !(slot.isDiscarded && this.#syncs === 1))
      this.#fail(`onSync runs ${this.#syncs} times, ${isDue ? "once" : "not at all"} is right`);
    slot.syncedUser = event.user;
    slot.gapSince = undefined;
    slot.isDiscarded = false;
  }

  /** Promises about the phase before and after. */
  #checkStep(): void {
    const { before, model, event } = this;
    const phase = phaseOf(this.#state);
    const was = phaseOf(before.state);
    const wakes =
      event.type === "connect" ||
      event.type === "requestBind" ||
      (event.type === "tokenSet" && was === "unauthorized");
    this.#assert(
      !isResting(was) || isResting(phase) || wakes,
      "a client at rest connects without a call of the game",
    );
    if (isResting(phase) || phase === "waiting") {
      if (model.socket !== "none") this.#fail(`a socket is live while the client is ${phase}`);
    } else {
      const socket = phase === "opening" ? "opening" : "open";
      if (model.socket !== socket) this.#fail(`the client is ${phase}, its socket ${model.socket}`);
    }
    if (model.isLoggedIn !== (phase === "open"))
      this.#fail(`the client is ${phase} with a wrong login`);
    this.#assert(
      event.type !== "disconnect" || phase === "closed",
      "a client that disconnects is not closed",
    );
  }

  /** Something is always scheduled or under way. */
  #checkWaiting(): void {
    const { model } = this;
    const state = this.#state;
    const phase = phaseOf(state);
    const isScheduled = this.#dueAt < Infinity;
    if (phase === "waiting") {
      this.#assert(
        isScheduled || isInBackForwardCache(state),
        "the client waits, and no tick is scheduled",
      );
    } else if (phase === "loggingIn") {
      this.#assert(
        isScheduled || model.isLoginPending,
        "no login is under way, and none is scheduled",
      );
    } else if (phase === "open") {
      this.#assert(isScheduled, "the client is open, and no tick is scheduled");
      this.#assert(
        renewAtOf(state) < Infinity || model.isLoginPending,
        "the project token is never renewed",
      );
    }
  }

  /** A probe without a reply ends the socket; after a sleep its time begins again. */
  #checkProbe(lateMs: number): void {
    const { model } = this;
    if (model.unansweredSince === undefined) return;
    if (lateMs > CLOCK_JUMP_MS) model.unansweredSince = model.now;
    this.#assert(
      model.now < model.unansweredSince + OPTIONS.probeTimeoutMs,
      "a probe got no reply in time, and the socket is still used",
    );
  }

  /** A slot is replaced by a conflict or by rapid closes, and by nothing else. */
  #checkReplaced(index: number, bindingState: BindingState | undefined): void {
    const { event, model } = this;
    const { acceptedAt, conflictSince = model.now, rapidCloses } = this.#slot(index);
    let isReplaced = false;
    if (event.type === "bindFailed" && event.slot === index && event.failure.kind === "conflict") {
      const isGraceOver = model.now >= conflictSince + OPTIONS.conflictGraceMs;
      isReplaced = acceptedAt !== undefined && isGraceOver;
      this.#assert(
        acceptedAt !== undefined || bindingState === "failed",
        "a conflict does not reject a request that was never accepted",
      );
    } else if (event.type === "socketEnded" && event.clean) {
      isReplaced = rapidCloses.length >= RAPID_CLOSES_LIMIT;
      if (isReplaced) this.#slot(index).rapidCloses = [];
    }
    if (isReplaced !== (bindingState === "replaced"))
      this.#fail(
        isReplaced
          ? `a slot is ${bindingState ?? "released"} instead of replaced`
          : "a slot is replaced without a cause",
      );
  }

  #checkSlot(index: number): void {
    const { before, event } = this;
    const slot = this.#slot(index);
    const bindingState = bindingStateOf(this.#state, index);
    const isOwnEvent =
      (event.type === "requestBind" || event.type === "release") && event.slot === index;
    this.#assert(
      bindingStateOf(before.state, index) !== "replaced" ||
        bindingState === "replaced" ||
        isOwnEvent,
      "a replaced slot is not replaced any more",
    );
    if (bindingState !== "replaced" || bindingStateOf(before.state, index) !== "replaced") {
      this.#checkReplaced(index, bindingState);
    }
    if ((bindingState === "binding") !== (slot.bind !== "none"))
      this.#fail(`a slot is ${bindingState ?? "released"}, its bind ${slot.bind}`);
    switch (bindingState) {
      case undefined:
        this.#assert(slot.sessions === 0, "a released slot is held by the live socket");
        this.model.slots[index] = createSlot();
        return;
      case "held":
        this.#assert(
          slot.isConfirmed && slot.sessions === userOf(this.#state, index),
          "the live socket holds another player than the slot",
        );
        return;
      case "failed":
      case "replaced":
        if (slot.sessions !== 0) this.#fail(`a ${bindingState} slot is held by the live socket`);
        return;
      default:
    }
  }
}
