"""The screening room: where people who are no engineers look at drafts in a browser, and decide.

Purpose: the second room of the desk, there when WORKPRINT_ROOM_KEY and WORKPRINT_ROOM_URL are both set. Pages are made
on the server, in English and Chinese, and work without JavaScript where something is decided. Who somebody is follows
from a personal link or from a sign-in (OpenID Connect), never from what a form says.

- /room/in/{token}: a personal link. Looking at it spends nothing (chat programs do); the button lets its holder in.
- /room/sign-in, /room/signed-in: staff, when an OpenID provider is set.
- /room/{campaign} and below: for whoever is inside. A revoked link is out at the next request.
- /room/p/{token}: a preview link that stays the same while the links it leads to change.
- /room/openapi.json: what all of them take and answer; it comes from the same table as the routes.

Every answer is a page in both languages, or JSON where scripts ask; a failure behind it is 503 with Retry-After, and
never a traceback. WORKPRINT_TRUSTED_PROXIES names networks whose X-Forwarded-For is believed. Sign-in needs
WORKPRINT_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET and _ALLOWED (addresses or @domains); _ROLES_CLAIM and _PRIVATE are
optional. The bucket is the Prefect block `archive` of the server that PREFECT_API_URL names.

Layout: `routes` (the table of pages), `doorway` (the checks each request passes, and every refusal), `room` (ledger,
bucket, templates), `settings`; `entering`, `oidc`, `previews`, `looking`, `films`, `deciding`, `commenting`,
`watching`, `static_files`, `openapi` (the handlers, `async def handler(room, request, guest) -> Response`); `sessions`,
`csrf`, `headers`, `limits`, `clients`, `bodies`, `language` (one check each); `issuer`, `id_token`, `oidc_settings`
(OpenID Connect); `archive` (the bucket); `view` and what it is made of (the page as data); `words`, `words_entrance`
(every text); `templates`, `static`.

May import: workprint, blocks, tasks.voting, deployments.boards, starlette, jinja2, joserfc, httpx (only with
blocks.guard).
Must not: import Prefect, tasks or the bucket while a module is loaded (a thread does that at the start, so that no
guest waits); say a provider's name, a key of ours or a foreign URL in an address; believe a name, role or price that
comes with a form.

Pitfalls:
- `settings` and this file are read by a desk without a room: nothing of Jinja2, joserfc or the ledger's room there.
- `Referrer-Policy` is same-origin and not no-referrer: with that browsers send `Origin: null` with our own forms.
- The session cookie is `__Host-` and Secure: over plain http it only comes back on loopback, and only in browsers.
- The public URL's host is the only Host that is answered: a proxy in front must pass it on.
"""
