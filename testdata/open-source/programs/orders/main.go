// Orders in a database by an object mapper: placed, looked for, priced, shipped and reported.
package main

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/glebarez/sqlite"
	"github.com/google/uuid"
	"github.com/jinzhu/copier"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"example.com/libraries/recorder"
)

type Customer struct {
	ID        uint
	Name      string
	Email     string `gorm:"uniqueIndex"`
	CreatedAt time.Time
	Orders    []Order
}

type Order struct {
	ID         uint
	Number     string
	CustomerID uint `gorm:"index"`
	Status     string
	Total      string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Lines      []Line
}

type Line struct {
	ID      uint
	OrderID uint `gorm:"index"`
	Article string
	Count   int
	Price   string
}

// OrderView is what a page shows of an order.
type OrderView struct {
	Number string
	Status string
	Total  string
	Lines  []LineView
}

// LineView is what a page shows of a line.
type LineView struct {
	Article string
	Count   int
	Price   string
}

type shop struct {
	db    *gorm.DB
	sent  int
	names []string
}

func open() *gorm.DB {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	sql, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	sql.SetMaxOpenConns(1)
	if err := db.AutoMigrate(&Customer{}, &Order{}, &Line{}); err != nil {
		log.Fatal(err)
	}
	return db
}

func (s *shop) place(i int) uint {
	order := Order{Number: uuid.NewString(), CustomerID: uint(i%20 + 1), Status: "new"}
	for k := range 5 {
		order.Lines = append(order.Lines, Line{Article: fmt.Sprintf("article-%d", (i+k)%300), Count: k + 1, Price: fmt.Sprintf("%d.%02d", 3+k, i%100)})
	}
	order.Total = total(order.Lines).StringFixed(2)
	if err := s.db.Create(&order).Error; err != nil {
		log.Fatal(err)
	}
	return order.ID
}

func total(lines []Line) decimal.Decimal {
	sum := decimal.Zero
	for _, line := range lines {
		price, err := decimal.NewFromString(line.Price)
		if err != nil {
			log.Fatal(err)
		}
		sum = sum.Add(price.Mul(decimal.NewFromInt(int64(line.Count))))
	}
	return sum.Mul(decimal.RequireFromString("1.19")).Round(2)
}

func (s *shop) page(customer int) []OrderView {
	var orders []Order
	query := s.db.Where("customer_id = ?", customer).Order("id desc").Limit(12)
	if !recorder.Is("lines") {
		query = query.Preload("Lines")
	}
	if err := query.Find(&orders).Error; err != nil {
		log.Fatal(err)
	}
	var views []OrderView
	if recorder.Is("views") {
		for i := range orders {
			o := &orders[i]
			view := OrderView{Number: o.Number, Status: o.Status, Total: o.Total, Lines: make([]LineView, len(o.Lines))}
			for k, line := range o.Lines {
				view.Lines[k] = LineView{Article: line.Article, Count: line.Count, Price: line.Price}
			}
			views = append(views, view)
		}
		return views
	}
	if err := copier.Copy(&views, &orders); err != nil {
		log.Fatal(err)
	}
	return views
}

func (s *shop) ship(id uint) {
	if err := s.db.Model(&Order{}).Where("id = ?", id).Updates(map[string]any{"status": "shipped"}).Error; err != nil {
		log.Fatal(err)
	}
	s.sent++
}

func (s *shop) best() string {
	type row struct {
		Article string
		N       int
	}
	var rows []row
	err := s.db.Model(&Line{}).Select("article, sum(count) as n").Where("id > (select max(id) from lines) - 500").Group("article").Order("n desc").Limit(20).Scan(&rows).Error
	if err != nil {
		log.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, fmt.Sprintf("%s (%d)", r.Article, r.N))
	}
	return strings.Join(names, ", ")
}

func main() {
	s := &shop{}
	s.db = open()
	for i := range 20 {
		if err := s.db.Create(&Customer{Name: fmt.Sprintf("customer %d", i), Email: fmt.Sprintf("c%d@example.org", i)}).Error; err != nil {
			log.Fatal(err)
		}
	}
	length := 0
	recorder.Run(8000, func(i int) {
		id := s.place(i)
		for _, view := range s.page(i%20 + 1) {
			length += len(view.Lines)
		}
		s.ship(id)
		if i%5 == 0 {
			length += len(s.best())
		}
	})
	log.Println(length, s.sent)
}
