// Pictures are scaled to three sizes for each upload.
package main

import (
	"image"
	"image/color"
	"time"

	"example.com/cases/obs"
	"golang.org/x/image/draw"
)

func scaled(src image.Image, width int) *image.RGBA {
	b := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, width, width*b.Dy()/b.Dx()))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Over, nil)
	return dst
}

func upload(src image.Image) (sum int) {
	for _, width := range []int{1280, 640, 160} {
		sum += len(scaled(src, width).Pix)
	}
	return sum
}

func main() {
	src := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for y := 0; y < 1200; y++ {
		for x := 0; x < 1600; x++ {
			src.Set(x, y, color.RGBA{uint8(x), uint8(y), 9, 255})
		}
	}
	obs.Run(5*time.Millisecond, func(i int) { upload(src) })
}
