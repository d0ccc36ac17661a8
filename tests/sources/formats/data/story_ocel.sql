-- The web part of the story as the tables of OCEL 2.0; a test makes a database of them.
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
INSERT INTO event_map_type VALUES ('website_visit', 'WebsiteVisit'), ('product_view', 'ProductView'),
  ('cart_addition', 'CartAddition'), ('purchase', 'Purchase'), ('site_search', 'SiteSearch'), ('stock_count', 'StockCount');
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
INSERT INTO object_map_type VALUES ('visit', 'Visit'), ('customer', 'Customer'), ('product', 'Product');
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
INSERT INTO event VALUES ('e1', 'website_visit'), ('e2', 'product_view'), ('e3', 'cart_addition'), ('e4', 'purchase'),
  ('e5', 'website_visit'), ('e6', 'site_search'), ('e7', 'website_visit'), ('e8', 'product_view'), ('e9', 'stock_count');
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
INSERT INTO object VALUES ('v1', 'visit'), ('v2', 'visit'), ('v3', 'visit'), ('ana', 'customer'), ('leo', 'customer'),
  ('p7', 'product'), ('p8', 'product'), ('p9', 'product');
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
INSERT INTO event_object VALUES ('e1', 'v1', 'in'), ('e2', 'v1', 'in'), ('e2', 'p7', 'seen'), ('e2', 'p8', 'beside'),
  ('e3', 'v1', 'in'), ('e3', 'p7', 'chosen'), ('e4', 'v1', 'in'), ('e4', 'p7', 'bought'), ('e4', 'p7', 'paid'),
  ('e5', 'v2', 'in'), ('e6', 'v2', 'in'), ('e7', 'v3', 'in'), ('e8', 'v3', 'in'), ('e8', 'p7', 'seen');
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
INSERT INTO object_object VALUES ('v1', 'ana', 'visitor'), ('v2', 'leo', 'visitor'), ('v3', 'leo', 'visitor');
CREATE TABLE object_Visit (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, device TEXT);
INSERT INTO object_Visit VALUES ('v1', '1970-01-01 00:00:00Z', NULL, 'laptop');
CREATE TABLE object_Customer (ocel_id TEXT, ocel_time TIMESTAMP, member BOOLEAN);
INSERT INTO object_Customer VALUES ('ana', '1970-01-01 00:00:00Z', 1), ('leo', '1970-01-01 00:00:00Z', 0);
CREATE TABLE object_Product (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price REAL, stock INTEGER);
INSERT INTO object_Product VALUES ('p7', '1970-01-01 00:00:00Z', NULL, 69.90, NULL),
  ('p7', '2026-03-03 00:00:00Z', 'price', 64.50, 99), ('p7', '2026-03-02 10:05:00Z', 'price', 59.90, NULL),
  ('p7', '2026-03-02 10:09:00Z', 'stock', NULL, 11);
CREATE TABLE event_WebsiteVisit (ocel_id TEXT, ocel_time TIMESTAMP, utm_source TEXT);
INSERT INTO event_WebsiteVisit VALUES ('e7', '2026-03-03 20:00:00Z', NULL), ('e1', '2026-03-02 11:00:00+01:00', 'google'),
  ('e5', '2026-03-02 11:00:00Z', 'news');
CREATE TABLE event_ProductView (ocel_id TEXT, ocel_time TIMESTAMP, utm_source TEXT, position INTEGER);
INSERT INTO event_ProductView VALUES ('e2', '2026-03-02 10:02:00Z', 'google', 3), ('e8', '2026-03-03 20:03:00Z', NULL, 1);
CREATE TABLE event_CartAddition (ocel_id TEXT, ocel_time TIMESTAMP, utm_source TEXT);
INSERT INTO event_CartAddition VALUES ('e3', '2026-03-02 10:05:00Z', 'google');
CREATE TABLE event_Purchase (ocel_id TEXT, ocel_time TIMESTAMP, utm_source TEXT, value REAL, due TIMESTAMP);
INSERT INTO event_Purchase VALUES ('e4', '2026-03-02 10:09:00Z', 'google', 59.90, '2026-03-09 00:00:00Z');
CREATE TABLE event_SiteSearch (ocel_id TEXT, ocel_time TIMESTAMP, "text" TEXT);
INSERT INTO event_SiteSearch VALUES ('e6', '2026-03-02 11:04:00Z', 'trail shoes & más');
CREATE TABLE event_StockCount (ocel_id TEXT, ocel_time TIMESTAMP);
INSERT INTO event_StockCount VALUES ('e9', '2026-03-04 00:00:00Z');
