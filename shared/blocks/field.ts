import { z } from 'zod'

/** What a form shows of a field, beside `title`, `description` and the rules of the schema. Set with `.meta({ … })`. */
export interface FieldHints {
  /** Shown only on request. */
  advanced?: boolean
  /** Never shown: programs set it. */
  hidden?: boolean
  /** Shown as dots. Records of runs hold no inputs. */
  secret?: boolean
  placeholder?: string
}

declare module 'zod' {
  interface GlobalMeta extends FieldHints {
    media?: MediaHint
  }
}

/** How a file reaches the block: as a path in the run's directory, as a data URI, or as a `workspace://` reference. */
export type MediaForm = 'local_path' | 'data_uri' | 'reference'

export interface MediaHint {
  form: MediaForm
  /** As in `<input accept>`, types only: `image/*`, `video/mp4,video/webm`. */
  accept?: string
}

/** A file in one form. The forms differ in type, so that a data URI cannot be passed where a path is needed. */
export type MediaValue<Form extends MediaForm> = string & z.core.$brand<Form>

/**
 * A file of an input. Callers pass any form that `storeMedia` accepts. The block gets the form in `as`, by default a path relative to
 * `context.directory`, after the file is scanned and its type fits `accept`.
 */
export function media<const Form extends MediaForm = 'local_path'>(
  options: { as?: Form; accept?: string } = {},
): z.ZodType<MediaValue<Form>, string> {
  const schema: z.ZodType<string, string> = mediaSchema({
    form: options.as ?? 'local_path',
    ...(options.accept !== undefined && { accept: options.accept }),
  })
  return schema as z.ZodType<MediaValue<Form>, string>
}

/**
 * A file of an output. The block yields any form that `storeMedia` accepts, such as a path relative to `context.directory`. Callers get
 * a `workspace://{id}#{type}` reference to a scanned file of the caller.
 */
export function outputMedia(options: { accept?: string } = {}): z.ZodType<string, string> {
  return mediaSchema({
    form: 'reference',
    ...(options.accept !== undefined && { accept: options.accept }),
  })
}

/** The format that JSON Schemas give a file. */
export const mediaFormat = 'coffer-media'

const mediaSchema = (hint: MediaHint) =>
  z.string().min(1).meta({ media: hint, format: mediaFormat })
