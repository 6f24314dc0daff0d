/** Types that the service draws a picture of. It refuses others with 415. */
export function hasPicture(mimeType: string): boolean {
  return /^(image|video)|pdf$|office|opendoc|msword|\.ms-/.test(mimeType)
}

export function hasExcerpt(mimeType: string): boolean {
  return /^text|[/+](json|xml|javascript)$/.test(mimeType)
}

/** Whether the service serves a type for display. It serves all others as downloads. */
export function opensInTab(mimeType: string): boolean {
  return /^(image\/(?!svg)|video|audio)|pdf$|\/plain$/.test(mimeType)
}

/** The width of the picture for a box. Few widths, so that the pictures that the service keeps are used again. */
export function pictureWidth(pixels: number): number {
  return [96, 400, 700].find((width) => width >= pixels * devicePixelRatio) ?? 1024
}
