/** Whether this page can keep a key: only one that came over a safe way can. */
export const canKeepKeys = (): boolean => isSecureContext && typeof crypto.subtle === "object";
