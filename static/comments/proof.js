// Answers the question that the service asks of a browser, while somebody writes. What comes without an answer
// waits for a moderator, so nothing here may fail aloud.

import { challenge as askForChallenge } from "./service.js";

/** Whether the SHA-256 of a text begins with so many zero bits. */
async function fits(text, bits) {
  const hash = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return bits === 0 || hash.getUint32(0) >>> (32 - bits) === 0;
}

/** @returns {Promise<{ challenge?: string, proof?: string }>} */
export async function prove() {
  const { challenge, bits } = await askForChallenge().catch(() => ({}));
  let proof = 0;
  // Pages without https get no hashes of the browser.
  if (challenge && crypto.subtle) while (!(await fits(`${challenge}:${proof}`, bits))) proof += 1;
  return { challenge, proof: String(proof) };
}

/** 128 random bits in hexadecimal digits. */
export function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
