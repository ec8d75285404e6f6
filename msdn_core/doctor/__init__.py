"""Whether a project makes sense: what a careful reviewer would ask of it, each finding with what to do."""
