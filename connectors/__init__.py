"""Sources in, assessments or rejections out. Knows neither the hub nor the other leaves."""
