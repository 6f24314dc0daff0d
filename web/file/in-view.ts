interface Viewed extends Element {
  /** Called when the element comes within 200 px of the view, and when it leaves. */
  inView(isInView: boolean): void
}

let observer: IntersectionObserver | undefined

/** `scrollMargin` is the same for lists that scroll inside the page, where the browser has it. */
const margins = { rootMargin: '200px', scrollMargin: '200px' }

/** One observer for all elements of the page. */
export function viewObserver(): IntersectionObserver {
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) (target as Viewed).inView(isIntersecting)
  }, margins)
  return observer
}
