import type { Readable } from 'node:stream'
import { Type, type Static, type TSchema } from 'typebox'
import type { Actor, Role } from '#kernel/actor.ts'
import type { Refused } from '#kernel/decision.ts'
import type { Session } from '../auth/session.ts'

/** Who may call: anyone; anyone signed in; or holders of one of these roles over any agency (the handler checks which). */
export type Access = 'public' | 'signed-in' | readonly Role[]

/** What a handler gets beside the validated parts. */
export type Caller = {
  /** Absent only on public routes. */
  readonly actor: Actor
  readonly language: 'zh' | 'en'
  /** For rate limits and sessions. */
  readonly address: string
  /** The session that the call came with; absent on public routes called by nobody. Its secret is never here. */
  readonly session?: Session
}

/** A file to send: the body is streamed, ranges are honoured. */
export type FileReply = { readonly path: string; readonly type: string; readonly etag: string }

/** The reply schema of a route that sends a file: `replies: { 200: FileBody }`, and the body is a `FileReply`. */
export const FileBody = Type.Unsafe<FileReply>({ type: 'string', format: 'binary', description: 'a file; ranges are honoured' })

/**
 * The reply schema of a route that sends text as it is made, with its own `content-type`: the body is its pieces, each made when the one
 * before was sent, with others' turns between. Nothing of it may fail.
 */
export const TextBody = Type.Unsafe<Iterable<string>>({ type: 'string', description: 'a file, UTF-8' })

/** Bytes as they come in, on routes with `upload: true`: any media type, unread, at most the route's `bodyLimit` (else 413). */
export type Upload = {
  readonly stream: Readable
  readonly mediaType: string
  /** Content-Length, where the client said it. */
  readonly bytes: number | null
  /** As it came: for public routes whose callers have a secret of their own kind. */
  readonly authorization: string | undefined
}

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
  /** The body is taken as it comes: no `schema.body`; the handler gets `upload`. */
  readonly upload?: boolean
  /** In place of the server's own limit: calls per minute per address. */
  readonly callsPerMinute?: number
  /** Open also to those who must change their first password before anything else. */
  readonly beforePasswordChange?: boolean
  readonly handle: (deps: Deps, request: never) => Promise<unknown>
}

type Typed<S> = S extends TSchema ? Static<S> : never
type Request<S> = { readonly [part in keyof S]: Typed<S[part]> } & Caller & { /** Only with `upload: true`. */ readonly upload: Upload }
type Reply<R> = {
  [status in keyof R]: {
    readonly status: status
    readonly body: Typed<R[status]>
    /** Beside the server's own; a `content-type` other than `application/json` sends a string body as it is (CSV, GeoJSON). */
    readonly headers?: Readonly<Record<string, string>>
  }
}[keyof R]

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
