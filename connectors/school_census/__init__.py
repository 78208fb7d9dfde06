"""School census: pupils with their needs, from tables joined on the pupil. What is carried: docs/connecting.md."""
