"""Legal: cases of eDiscovery with what they hold, and the workflows with which Microsoft itself runs a life cycle."""
