// The token lives in this tab only: it comes in the address's fragment, which no server is sent, and is taken out of it.
const KEY = "zeren.token";

export const keptToken = () => sessionStorage.getItem(KEY) ?? "";

export const keep = (token) => sessionStorage.setItem(KEY, token);

export function takeFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    keep(given);
    history.replaceState(null, "", location.pathname);
  }
}

export const roleOf = (token) => claims(token).role;

export function expiryOf(token) {
  const { exp } = claims(token);
  return typeof exp === "number" ? new Date(exp * 1000) : null;
}

function claims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}
