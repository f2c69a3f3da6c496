import type { Static, TSchema } from 'typebox'
import type { Actor, Role } from '#kernel/actor.ts'
import type { Refused } from '#kernel/decision.ts'

/** Who may call: anyone; anyone signed in; or holders of one of these roles over any agency (the handler checks which). */
export type Access = 'public' | 'signed-in' | readonly Role[]

/** What a handler gets beside the validated parts. */
export type Caller = {
  /** Absent only on public routes. */
  readonly actor: Actor
  readonly language: 'zh' | 'en'
  /** For rate limits and sessions. */
  readonly address: string
}

/** A file to send: the body is streamed, ranges are honoured. */
export type FileReply = { readonly path: string; readonly type: string; readonly etag: string }

/** One HTTP operation as data: mounted by Fastify, listed in OpenAPI, typed in the console's client. */
export type Route<Deps> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With Fastify's `:param`; the full path from `/api`. */
  readonly path: string
  /** One sentence for the API reference. */
  readonly summary: string
  readonly access: Access
  readonly schema: { readonly [part in 'params' | 'querystring' | 'body']?: TSchema }
  readonly replies: { readonly [status: number]: TSchema }
  /** Bytes, when this route takes more than the server's usual 1 MiB. */
  readonly bodyLimit?: number
  /** Tighter than the server's limit: calls per minute per address. */
  readonly callsPerMinute?: number
  readonly handle: (deps: Deps, request: never) => Promise<unknown>
}

type Typed<S> = S extends TSchema ? Static<S> : never
type Request<S> = { readonly [part in keyof S]: Typed<S[part]> } & Caller
type Reply<R> = { [status in keyof R]: { readonly status: status; readonly body: Typed<R[status]> } }[keyof R]

/**
 * Hold a handler to its own schemas at compile time: what it reads, each status, each body.
 *
 * A handler may also answer a refusal (`refuse('unit-off-duty')`): the server turns it into 409 (404 for codes
 * ending in `-not-found`, 403 for `not-allowed`) with `{code, because}` in the caller's language.
 */
export function route<Deps>() {
  return <S extends Route<Deps>['schema'], R extends Route<Deps>['replies']>(
    spec: Omit<Route<Deps>, 'schema' | 'replies' | 'handle'> & {
      schema: S
      replies: R
      handle: (deps: Deps, request: Request<NoInfer<S>>) => Promise<Reply<NoInfer<R>> | Refused>
    },
  ): Route<Deps> => spec as unknown as Route<Deps>
}
