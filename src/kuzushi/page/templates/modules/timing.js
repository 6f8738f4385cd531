/**
 * When things happen: once a frame, after a pause, or in view.
 *
 * How many acts are still to come stands in the page, as `data-pending` of its root: at 0 everything is shown.
 */

let pending = 0;

function count(change) {
  pending += change;
  document.documentElement.dataset.pending = pending;
}

/** Return a function that draws at most once a frame, however often it is called. */
export function inFrames(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    count(1);
    requestAnimationFrame(() => {
      waiting = false;
      try {
        draw();
      } finally {
        count(-1);
      }
    });
  };
}

/** Return a function that acts once it has not been called for so many milliseconds. */
export function afterRest(milliseconds, act) {
  let timer = null;
  return (...values) => {
    if (timer === null) count(1);
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      try {
        act(...values);
      } finally {
        count(-1);
      }
    }, milliseconds);
  };
}

/** Return a promise that is resolved once an element has come into view. */
export function inView(element) {
  return new Promise((resolve) => {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      resolve();
    });
    watch.observe(element);
  });
}
