globalThis.SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  /** Swagger UI encodes the slashes of a path, which the service refuses as ambiguous. */
  requestInterceptor(request) {
    const { url } = request
    if (url.includes('/content/')) request.url = url.replaceAll(/%2F/gi, '/')
    return request
  },
})
