/** `/content/…` with each segment percent-encoded. */
export function contentRoute(path: string): string {
  return pathRoute('/content', path)
}

/** The route of a path with each segment percent-encoded. */
export function pathRoute(route: string, path: string): string {
  return route + path.split('/').map(encodeURIComponent).join('/')
}

/** The route of a file by its id, or of the bytes at a path. */
export function fileRoute(file: string): string {
  return file.startsWith('/') ? contentRoute(file) : `/files/${encodeURIComponent(file)}`
}
