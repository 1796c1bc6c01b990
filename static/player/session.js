// Lock screen, headset and keyboard media keys (the Media Session API).

import { address } from "../api.js";

/**
 * @param {{ heading: string, label: string, notice: string }} about
 * @param {Record<string, ((details: MediaSessionActionDetails) => void) | null>} actions
 */
export function tellSystem({ heading, label, notice }, actions) {
  const session = navigator.mediaSession;
  if (!session) return;
  const artwork = [{ src: address("static/cover.png"), sizes: "600x600", type: "image/png" }];
  const artist = [label, notice].filter(Boolean).join(" · ");
  session.metadata = new MediaMetadata({ title: heading, artist, artwork });
  for (const [name, act] of Object.entries(actions)) {
    try {
      session.setActionHandler(name, act);
    } catch {
      // A browser that does not know one of the keys still has the others.
    }
  }
}

/** Where the voice is; nothing for what has no length yet. */
export function tellPosition(duration, time, speed) {
  if (!duration || !navigator.mediaSession?.setPositionState) return;
  const position = Math.min(Math.max(time, 0), duration);
  navigator.mediaSession.setPositionState({ duration, position, playbackRate: speed });
}
