-- The noises that a world is made of, after the engine's map generator v7. Spreads are in metres. The smallest wave of
-- each is longer than two samples are apart.

return {
  -- Where land is and where sea: longer waves than v7 has, for a coast that a map of 4 km can show.
  continent = { offset = 0, scale = 1, spread = 1700, octaves = 3, persist = 0.45, lacunarity = 2.1 },
  -- Hills and plains, and which of them where.
  base = { offset = 14, scale = 46, spread = 600, octaves = 5, persist = 0.55, lacunarity = 2 },
  alt = { offset = 8, scale = 14, spread = 600, octaves = 5, persist = 0.5, lacunarity = 2 },
  select = { offset = -2, scale = 7, spread = 700, octaves = 4, persist = 0.6, lacunarity = 2 },
  -- How high mountains may get, where they stand, and their ridges.
  mountain_height = { offset = 230, scale = 80, spread = 1000, octaves = 3, persist = 0.6, lacunarity = 2 },
  mountain = { offset = 0.05, scale = 1, spread = 1000, octaves = 3, persist = 0.5, lacunarity = 2 },
  ridges = { offset = 0, scale = 1, spread = 420, octaves = 4, persist = 0.5, lacunarity = 2.1, flags = "absvalue" },
  -- Rivers run where this is near zero; the second one roughens their banks.
  river = { offset = 0, scale = 1, spread = 1300, octaves = 5, persist = 0.5, lacunarity = 2 },
  banks = { offset = 0, scale = 1, spread = 120, octaves = 2, persist = 0.7, lacunarity = 2 },
  -- The climate, 0 to 100 for the most part, and what frays the edges of biomes.
  heat = { offset = 57, scale = 42, spread = 2400, octaves = 4, persist = 0.45, lacunarity = 2 },
  humidity = { offset = 52, scale = 46, spread = 1900, octaves = 4, persist = 0.45, lacunarity = 2 },
  heat_blend = { offset = 0, scale = 2.6, spread = 70, octaves = 2, persist = 1, lacunarity = 2 },
  humidity_blend = { offset = 0, scale = 2.6, spread = 70, octaves = 2, persist = 1, lacunarity = 2 },
}
