"""The course as static pages: what the verb `site` is made of."""
