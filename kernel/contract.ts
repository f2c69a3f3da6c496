/** Schemas that every module's contract shares. */
import { Type, type TSchema } from 'typebox'

export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })

/** Made by the client, once per intent; sending it again is asking for the same thing again. */
export const CommandIdOf = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9._:-]+$',
  description: 'Client-made id (a UUID, say). The same id twice is one command: the first answer is given again.',
})

export const Longitude = Type.Number({ minimum: -180, maximum: 180, description: 'degrees' })
export const Latitude = Type.Number({ minimum: -90, maximum: 90, description: 'degrees' })
export const At = Type.Number({ description: 'milliseconds since 1970 UTC' })

/** Coordinate systems in use: `gcj02` and `bd09` are the shifted ones of Chinese map services. */
export const Crs = Type.Union([Type.Literal('wgs84'), Type.Literal('gcj02'), Type.Literal('bd09')], {
  description: 'coordinate system of lon and lat; wgs84 when absent',
})

export const Path = Type.String({ minLength: 1, maxLength: 256, pattern: '^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*$' })

/** What went wrong: `code` for programs, stable; `because` for people, in the caller's language. */
export const Problem = Type.Object({
  code: Type.String({ description: 'for programs, stable: "unit-committed"' }),
  because: Type.String({ description: 'for people, one sentence' }),
  details: Type.Optional(Type.Array(Type.Object({ path: Type.String(), found: Type.String(), expected: Type.String() }))),
})

export const Nothing = Type.Null()
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const ItemsOf = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item) })
