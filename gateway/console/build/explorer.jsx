// The API explorer: GraphiQL around this gateway's /graphql, with the caller's token sent as a bearer.
import "graphiql/style.css";
import "./explorer.css";
import { GraphiQL } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { expiryOf, keptToken, keep, roleOf, takeFromAddress } from "./token.js";

const TEXTS = {
  zh: {
    title: "责任 · 接口浏览器", other: "English", document: "操作", token: "粘贴令牌后回车", signedIn: "角色", until: "有效期至",
    expired: "令牌已过期，请重新打开链接，或用 zeren token 生成新的令牌", missing: "尚无令牌：请用 zeren token --role discipline 生成并粘贴",
  },
  en: {
    title: "zeren · API explorer", other: "中文", document: "Operation", token: "Paste a token, press Enter", signedIn: "Role", until: "until",
    expired: "The token has expired: open a new link, or make one with zeren token", missing: "No token yet: make one with zeren token --role discipline and paste it",
  },
};

async function ask(parameters) {
  const token = keptToken();
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(parameters),
    credentials: "omit",
  });
  return response.json();
}

function SignIn({ texts, token, onToken }) {
  const expiry = token && expiryOf(token);
  const good = expiry && expiry > new Date();
  const state = good ? `${texts.signedIn} ${roleOf(token)} · ${texts.until} ${expiry.toLocaleTimeString()}` : token ? texts.expired : texts.missing;
  return (
    <form className="sign-in" onSubmit={(event) => { event.preventDefault(); onToken(event.target.token.value.trim()); event.target.reset(); }}>
      <span className={good ? "good" : "bad"} role="status">{state}</span>
      <input name="token" type="password" autoComplete="off" placeholder={texts.token} aria-label={texts.token} />
    </form>
  );
}

function Explorer({ documents }) {
  const [language, setLanguage] = useState("zh");
  const [token, setToken] = useState(keptToken());
  const [shown, setShown] = useState(documents[0]);
  const texts = TEXTS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = texts.title;
  const take = (given) => { keep(given); setToken(given); };
  return (
    <>
      <header>
        <h1>{texts.title}</h1>
        <label>
          {texts.document}{" "}
          <select value={shown.name} onChange={(event) => setShown(documents.find((each) => each.name === event.target.value))}>
            {documents.map(({ name }) => <option key={name}>{name}</option>)}
          </select>
        </label>
        <SignIn texts={texts} token={token} onToken={take} />
        <button type="button" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{texts.other}</button>
      </header>
      <main>
        {/* A new key makes GraphiQL begin anew: with another document, or with the schema that another token may see. */}
        <GraphiQL
          key={`${shown.name} ${token}`} fetcher={ask} query={shown.text} variables={shown.variables}
          isHeadersEditorEnabled={false} shouldPersistHeaders={false} showPersistHeadersSettings={false}
          storage={sessionStorage} forcedTheme="light"
        />
      </main>
    </>
  );
}

takeFromAddress();
const answer = await fetch("explorer/documents", { credentials: "omit" });
createRoot(document.getElementById("explorer")).render(<Explorer documents={await answer.json()} />);
