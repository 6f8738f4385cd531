/** States one after the other, so that every act can be taken back. */

const LONGEST = 500; // acts kept

/**
 * What was, what is, and what was taken back.
 *
 * An act that lasts, such as a drag, is previewed step by step and settled at its end: it is then one act.
 *
 * @param first the first state; states are compared by identity
 * @param changed called after every change of the present state
 */
export function acts(first, changed) {
  let present = first;
  let before = null; // the state before an act that is not settled
  let past = [];
  let future = [];

  const settle = () => {
    if (before !== null && before !== present) {
      past = [...past.slice(1 - LONGEST), before];
      future = [];
    }
    before = null;
  };
  const move = (from, to) => {
    settle();
    if (from().length === 0) return;
    to().push(present);
    present = from().pop();
    changed();
  };

  return {
    get state() {
      return present;
    },
    get canUndo() {
      return past.length > 0 || (before !== null && before !== present);
    },
    get canRedo() {
      return future.length > 0;
    },
    preview(state) {
      before ??= present;
      present = state;
      changed();
    },
    settle,
    act(state) {
      settle();
      before = present;
      present = state;
      settle();
      changed();
    },
    undo: () => move(() => past, () => future),
    redo: () => move(() => future, () => past),
  };
}
