"""Images and stored region features: opening, preparing, feature stores, locations, overlays. No torch here."""
