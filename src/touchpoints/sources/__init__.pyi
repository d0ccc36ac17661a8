from touchpoints.sources.formats.snowplow import snowplow as snowplow
