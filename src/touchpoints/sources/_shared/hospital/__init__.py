"""FHIR resources: where they stand, and what they tell."""
